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
        return ReadHidden(prompt);
    }

    /// <summary>Asks twice, for a new password.</summary>
    public static string AskNew(string account)
    {
        RequireTerminal();
        for (var attempt = 1; ; attempt++)
        {
            var password = ReadHidden($"Password for {account}: ");
            if (password.Length == 0) Console.Error.WriteLine("The password must not be empty.");
            else if (ReadHidden("Once more: ") == password) return password;
            else Console.Error.WriteLine("They differ.");
            if (attempt == Attempts) throw new CtlException(ExitCodes.Usage, "no password was given");
        }
    }

    private static void RequireTerminal()
    {
        if (Console.IsInputRedirected)
            throw new CtlException(ExitCodes.Usage, "there is no terminal to ask for the password on; use --password-stdin");
    }

    private static string ReadHidden(string prompt)
    {
        Console.Error.Write(prompt);
        var password = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return password.ToString();
                case ConsoleKey.Backspace when password.Length > 0:
                    password.Length -= char.IsLowSurrogate(password[^1]) && password.Length > 1 ? 2 : 1;
                    break;
                case ConsoleKey.Backspace:
                    break;
                case ConsoleKey.U when key.Modifiers.HasFlag(ConsoleModifiers.Control):
                    password.Clear();
                    break;
                case ConsoleKey.D when key.Modifiers.HasFlag(ConsoleModifiers.Control):
                    Console.Error.WriteLine();
                    throw new CtlException(ExitCodes.Usage, "no password was given");
                default:
                    if (!char.IsControl(key.KeyChar)) password.Append(key.KeyChar);
                    break;
            }
        }
    }
}
