using System.CommandLine;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;
using MailCluster.Ctl.Terminal;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl user …</c>.</summary>
internal static class UserCommands
{
    public static Command Make() =>
        CtlCommand.Group("user", "accounts: add, list, change passwords, delete", Add(), List(), Passwd(), Delete());

    private static Command Add()
    {
        var name = Name();
        var scheme = Scheme();
        var stdin = PasswordStdin();
        var field = new Option<string[]>("--field")
        {
            Description = "an extra field of the passwd-file, such as nologin or userdb_quota_rule=*:storage=5G; may be repeated",
            HelpName = "NAME[=VALUE]",
        };
        return CtlCommand.Make("add", "add an account; asks for the password", [name, scheme, stdin, field], async (parsed, run) =>
        {
            var user = parsed.GetRequiredValue(name);
            var fields = new JsonObject();
            foreach (var text in parsed.GetValue(field) ?? [])
            {
                var equals = text.IndexOf('=', StringComparison.Ordinal);
                fields[equals < 0 ? text : text[..equals]] = equals < 0 ? "" : text[(equals + 1)..];
            }
            var password = parsed.GetValue(stdin)
                ? await PasswordPrompt.FromStandardInputAsync(run.Cancellation)
                : PasswordPrompt.AskNew(user);
            return await run.PrintAsync(
                "user/add", new JsonObject { ["user"] = user, ["password"] = password, ["scheme"] = parsed.GetValue(scheme), ["fields"] = fields }, Result);
        });
    }

    private static Command List()
    {
        var pattern = new Argument<string?>("pattern")
        {
            Description = "with * and ?; all users without it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return CtlCommand.Make("list", "list accounts", [pattern], (parsed, run) =>
            run.PrintAsync("user/list", new JsonObject { ["pattern"] = parsed.GetValue(pattern) }));
    }

    private static Command Passwd()
    {
        var name = Name();
        var scheme = Scheme();
        var stdin = PasswordStdin();
        return CtlCommand.Make("passwd", "change a password; the old one stops working at once", [name, scheme, stdin], async (parsed, run) =>
        {
            var user = parsed.GetRequiredValue(name);
            var password = parsed.GetValue(stdin)
                ? await PasswordPrompt.FromStandardInputAsync(run.Cancellation)
                : PasswordPrompt.AskNew(user);
            return await run.PrintAsync(
                "user/passwd", new JsonObject { ["user"] = user, ["password"] = password, ["scheme"] = parsed.GetValue(scheme) }, Result);
        });
    }

    private static Command Delete()
    {
        var name = Name();
        var purge = new Option<bool>("--purge")
        {
            Description = "also delete all mail of the account; without it the mail is kept for when the user is added again",
        };
        var yes = new Option<bool>("--yes", "-y") { Description = "do not ask" };
        return CtlCommand.Make("delete", "delete an account and end its sessions", [name, purge, yes], (parsed, run) =>
        {
            var user = parsed.GetRequiredValue(name);
            Confirmation.Require(
                parsed.GetValue(purge) ? $"Delete the user {user} and ALL mail of the account?" : $"Delete the user {user}? The mail is kept (--purge deletes it).",
                parsed.GetValue(yes));
            return run.PrintAsync("user/delete", new JsonObject { ["user"] = user, ["purge"] = parsed.GetValue(purge) }, Result);
        });
    }

    private static Argument<string> Name() => new("user") { Description = "alice@example.com, or alice" };

    private static Option<string?> Scheme() =>
        new("--scheme", "-s") { Description = "password scheme, such as ARGON2ID or SHA512-CRYPT (default: the strongest of the node's machine)", HelpName = "SCHEME" };

    private static Option<bool> PasswordStdin() =>
        new("--password-stdin") { Description = "read the password from the first line of standard input" };

    private static SentencePrinter Result() =>
        new(Console.Out, row => $"{row.GetProperty("user").GetString()}: {row.GetProperty("result").GetString()}");
}
