using System.Text;

namespace MailCluster.Ctl.Terminal;

/// <summary>Asks a person for a password without showing it, or reads one from standard input for scripts.</summary>
internal static class PasswordPrompt
{
    private const int Attempts = 3;

    /// <summary>The first line of standard input.</summary>
    /// <exception cref="CtlException">It is empty.</exception>
    public static async Task<string> FromStandardInputAsync(CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } password
            ? password
            : throw new CtlException(ExitCodes.Usage, "there is no password on standard input");
    }

    /// <summary>Asks once, for a password that exists.</summary>
    public static string Ask(string prompt)
    {
        RequireTerminal();
        using var hidden = new HiddenInput();
        return hidden.Ask(prompt) ?? throw NoPassword();
    }

    /// <summary>Asks twice, for a new password.</summary>
    public static string AskNew(string account)
    {
        RequireTerminal();
        using var hidden = new HiddenInput();
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var password = hidden.Ask($"Password for {account}: ") ?? throw NoPassword();
            if (password.Length == 0) Console.Error.WriteLine("The password must not be empty.");
            else if (hidden.Ask("Once more: ") == password) return password;
            else Console.Error.WriteLine("They differ.");
        }
        throw NoPassword();
    }

    private static CtlException NoPassword() => new(ExitCodes.Usage, "no password was given");

    private static void RequireTerminal()
    {
        if (Console.IsInputRedirected)
            throw new CtlException(ExitCodes.Usage, "there is no terminal to ask for the password on; use --password-stdin");
    }
}
