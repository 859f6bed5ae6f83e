using System.CommandLine;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;
using MailCluster.Ctl.Terminal;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl auth …</c>.</summary>
internal static class AuthCommands
{
    public static Command Make() => CtlCommand.Group("auth", "authentication", Test(), Trace(), Lookup(), Cache());

    private static Command Test() => Try("test", "try a user name and a password", "auth/test");

    private static Command Trace() => Try("trace", "the same without delay and log line: show what each database says, and how it ends", "auth/trace");

    private static Command Lookup()
    {
        var name = new Argument<string>("user") { Description = "whom" };
        var protocol = Protocol();
        var address = Address();
        return CtlCommand.Make(
            "lookup", "look a user up without a password: show what each database says, and the fields", [name, protocol, address], (parsed, run) => run.PrintAsync(
                "auth/trace",
                new JsonObject { ["user"] = parsed.GetRequiredValue(name), ["protocol"] = parsed.GetValue(protocol), ["address"] = parsed.GetValue(address) }));
    }

    private static Option<string> Protocol() => new("--protocol")
    {
        Description = "the protocol to log in with, as in the log",
        HelpName = "NAME",
        DefaultValueFactory = _ => "admin",
    };

    private static Option<string?> Address() => new("--address") { Description = "the client address to log in from", HelpName = "IP" };

    private static Command Try(string word, string description, string path)
    {
        var name = new Argument<string>("user") { Description = "the name to log in with" };
        var password = new Argument<string?>("password")
        {
            Description = "asked for if it is not given; others can see it in the list of processes",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var stdin = new Option<bool>("--password-stdin") { Description = "read the password from the first line of standard input" };
        var protocol = Protocol();
        var address = Address();
        return CtlCommand.Make(word, description, [name, password, stdin, protocol, address], async (parsed, run) =>
        {
            var user = parsed.GetRequiredValue(name);
            var secret = parsed.GetValue(stdin)
                ? await PasswordPrompt.FromStandardInputAsync(run.Cancellation)
                : parsed.GetValue(password) ?? PasswordPrompt.Ask($"Password for {user}: ");
            return await run.PrintAsync(
                path,
                new JsonObject { ["user"] = user, ["password"] = secret, ["protocol"] = parsed.GetValue(protocol), ["address"] = parsed.GetValue(address) });
        });
    }

    private static Command Cache()
    {
        var users = new Argument<string[]>("user") { Description = "whose entries; everything without one", Arity = ArgumentArity.ZeroOrMore };
        return CtlCommand.Group(
            "cache",
            "what this node remembers of logins",
            CtlCommand.Make("status", "show how much is remembered, and how often it helped", [], (_, run) => run.PrintAsync("auth/cache/status", [])),
            CtlCommand.Make("flush", "forget it: the next login asks the databases", [users], (parsed, run) => run.PrintAsync(
                "auth/cache/flush",
                new JsonObject { ["users"] = new JsonArray([.. (parsed.GetValue(users) ?? []).Select(user => (JsonNode)user)]) },
                () => new SentencePrinter(Console.Out, row => $"{row.GetProperty("flushed").GetInt32()} entries forgotten"))));
    }
}
