using System.CommandLine;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl mailbox metadata …</c>.</summary>
internal static class MailboxMetadataCommands
{
    public static Command Make() => CtlCommand.Group("metadata", "annotations of mailboxes, which IMAP METADATA and Sieve see", List(), Get(), Set(), Unset());

    private static Command List()
    {
        var (user, mailbox) = (CtlCommand.User(), Mailbox());
        var below = new Argument<string?>("entry") { Description = "this and what is below it, such as /private/vendor", Arity = ArgumentArity.ZeroOrOne };
        return CtlCommand.Make("list", "list annotations and their values", [user, mailbox, below], (parsed, run) => run.PrintAsync(
            "mailbox/metadata/list",
            new JsonObject { ["user"] = parsed.GetValue(user), ["mailbox"] = parsed.GetValue(mailbox), ["below"] = parsed.GetValue(below) }));
    }

    private static Command Get()
    {
        var (user, mailbox, entry) = (CtlCommand.User(), Mailbox(), Entry());
        return CtlCommand.Make("get", "print the value of an annotation", [user, mailbox, entry], (parsed, run) => run.PrintAsync(
            "mailbox/metadata/get", Request(parsed, user, mailbox, entry), () => new SentencePrinter(Console.Out, row => row.GetProperty("value").GetString() ?? "")));
    }

    private static Command Set()
    {
        var (user, mailbox, entry) = (CtlCommand.User(), Mailbox(), Entry());
        var value = new Argument<string>("value") { Description = "text; may be empty" };
        return CtlCommand.Make("set", "set an annotation", [user, mailbox, entry, value], (parsed, run) =>
        {
            var request = Request(parsed, user, mailbox, entry);
            request["value"] = parsed.GetValue(value);
            return run.PrintAsync("mailbox/metadata/set", request, MailboxCommands.Result);
        });
    }

    private static Command Unset()
    {
        var (user, mailbox, entry) = (CtlCommand.User(), Mailbox(), Entry());
        return CtlCommand.Make("unset", "remove an annotation", [user, mailbox, entry], (parsed, run) => run.PrintAsync(
            "mailbox/metadata/set", Request(parsed, user, mailbox, entry), MailboxCommands.Result));
    }

    private static JsonObject Request(ParseResult parsed, Option<string> user, Argument<string> mailbox, Argument<string> entry) => new()
    {
        ["user"] = parsed.GetValue(user),
        ["mailbox"] = parsed.GetValue(mailbox),
        ["entry"] = parsed.GetValue(entry),
    };

    private static Argument<string> Mailbox() => new("mailbox") { Description = "its full name; \"\" is the server, as this user sees it" };

    private static Argument<string> Entry() => new("entry") { Description = "/private/… or /shared/…" };
}
