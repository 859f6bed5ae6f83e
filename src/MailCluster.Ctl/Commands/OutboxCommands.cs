using System.CommandLine;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl outbox …</c>.</summary>
internal static class OutboxCommands
{
    public static Command Make() => CtlCommand.Group(
        "outbox", "replies, redirects and notices that wait to be sent", List(), Change("retry", "try now, and not when it is due"), Change("delete", "do not send any more"));

    private static Command List()
    {
        var user = new Option<string?>("--user", "-u") { Description = "whose, with * and ?; everybody's without it", HelpName = "USER" };
        return CtlCommand.Make("list", "what waits, since when, and what the relay last said", [user], (parsed, run) =>
            run.PrintAsync("outbox/list", new JsonObject { ["user"] = parsed.GetValue(user) ?? "*" }));
    }

    private static Command Change(string name, string description)
    {
        var user = CtlCommand.User();
        var id = new Argument<string?>("id") { Description = "one message, by its id from outbox list; all of the user's without it", Arity = ArgumentArity.ZeroOrOne };
        return CtlCommand.Make(name, description, [user, id], (parsed, run) => run.PrintAsync(
            $"outbox/{name}",
            new JsonObject { ["user"] = parsed.GetRequiredValue(user), ["id"] = parsed.GetValue(id) },
            () => new SentencePrinter(
                Console.Out, row => $"{row.GetProperty("user").GetString()} {row.GetProperty("id").GetString()}: {row.GetProperty("result").GetString()}")));
    }
}
