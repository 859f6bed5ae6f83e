using System.CommandLine;
using MailCluster.Ctl.Terminal;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl pw</c>, as doveadm's: stored passwords for other tools and by hand. The node's own program knows the schemes; no node has to run.</summary>
internal static class PwCommand
{
    public static Command Make()
    {
        var scheme = new Option<string?>("--scheme", "-s") { Description = "such as ARGON2ID, SHA512-CRYPT, SCRAM-SHA-256, SSHA256.hex; default: the strongest that this machine has", HelpName = "SCHEME" };
        var list = new Option<bool>("--list", "-l") { Description = "list the schemes" };
        var test = new Option<string?>("--test", "-t") { Description = "try a password against a stored one", HelpName = "STORED" };
        var user = new Option<string?>("--user", "-u") { Description = "whose it is, for DIGEST-MD5", HelpName = "USER" };
        var stdin = new Option<bool>("--password-stdin") { Description = "read the password from the first line of standard input" };
        return CtlCommand.MakeOffline("pw", "make or try a stored password; needs no running node", [scheme, list, test, user, stdin], async (parsed, cancellationToken) =>
        {
            List<string> arguments = ["pw"];
            if (parsed.GetValue(list)) return await ServerProgram.RunAsync([.. arguments, "--list"], "", cancellationToken);
            if (parsed.GetValue(scheme) is { } name) arguments.AddRange(["--scheme", name]);
            if (parsed.GetValue(test) is { } stored) arguments.AddRange(["--test", stored]);
            if (parsed.GetValue(user) is { } account) arguments.AddRange(["--user", account]);
            var password = parsed.GetValue(stdin) ? await PasswordPrompt.FromStandardInputAsync(cancellationToken)
                : parsed.GetValue(test) is null ? PasswordPrompt.AskNew(parsed.GetValue(user) ?? "the stored password")
                : PasswordPrompt.Ask("Password: ");
            return await ServerProgram.RunAsync(arguments, password + "\n", cancellationToken);
        });
    }
}
