using System.CommandLine;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl who</c> and <c>kick</c>.</summary>
internal static class SessionCommands
{
    public static Command Who()
    {
        var pattern = new Argument<string?>("user") { Description = "with * and ?; everybody without it", Arity = ArgumentArity.ZeroOrOne };
        var sessions = new Option<bool>("--sessions", "-1")
        {
            Description = "one line a session, with its id, TLS, state and selected mailbox",
        };
        return CtlCommand.Make("who", "show who is connected", [pattern, sessions], (parsed, run) =>
            run.PrintAsync("who", new JsonObject { ["pattern"] = parsed.GetValue(pattern), ["sessions"] = parsed.GetValue(sessions) }));
    }

    public static Command Kick()
    {
        var pattern = new Argument<string?>("user") { Description = "whose sessions, with * and ?", Arity = ArgumentArity.ZeroOrOne };
        var session = new Option<string?>("--session") { Description = "one session, by its id from who --sessions", HelpName = "ID" };
        var address = new Option<string?>("--address") { Description = "all sessions from an address or network", HelpName = "IP[/BITS]" };
        return CtlCommand.Make("kick", "end sessions; clients are free to come back", [pattern, session, address], (parsed, run) => run.PrintAsync(
            "kick",
            new JsonObject { ["pattern"] = parsed.GetValue(pattern), ["session"] = parsed.GetValue(session), ["address"] = parsed.GetValue(address) },
            () => new SentencePrinter(Console.Out, row => $"{row.GetProperty("kicked").GetInt32()} sessions ended")));
    }
}
