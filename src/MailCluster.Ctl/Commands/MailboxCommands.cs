using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl mailbox …</c>.</summary>
internal static class MailboxCommands
{
    /// <summary>doveadm's names of status fields, and the columns they are here.</summary>
    private static readonly Dictionary<string, string> StatusFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["messages"] = "messages",
        ["recent"] = "recent",
        ["unseen"] = "unseen",
        ["deleted"] = "deleted",
        ["uidnext"] = "uid-next",
        ["uidvalidity"] = "uid-validity",
        ["highestmodseq"] = "highest-modseq",
        ["vsize"] = "size",
        ["size"] = "size",
        ["guid"] = "guid",
    };

    public static Command Make() => CtlCommand.Group(
        "mailbox", "mailboxes (folders) of an account", List(), Status(), Create(), Delete(), Rename(), Subscribe("subscribe", true),
        Subscribe("unsubscribe", false), MailboxMetadataCommands.Make());

    private static Command List()
    {
        var user = CtlCommand.User();
        var masks = new Argument<string[]>("mask")
        {
            Description = "names with * and % (not over levels)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var subscribed = new Option<bool>("--subscriptions", "-s")
        {
            Description = "only subscribed names, those of missing mailboxes too",
        };
        return CtlCommand.Make("list", "list mailboxes", [user, masks, subscribed], (parsed, run) => run.PrintAsync(
            "mailbox/list", new JsonObject { ["user"] = parsed.GetValue(user), ["masks"] = Texts(parsed.GetValue(masks)), ["subscribed"] = parsed.GetValue(subscribed) }));
    }

    private static Command Status()
    {
        var user = CtlCommand.User();
        var words = new Argument<string[]>("fields-and-masks")
        {
            Description = $"fields first: all, or some of {string.Join(' ', StatusFields.Keys)}; then mailbox names with * and %",
            Arity = ArgumentArity.ZeroOrMore,
        };
        return CtlCommand.Make("status", "show numbers of mailboxes", [user, words], (parsed, run) =>
        {
            var masks = (parsed.GetValue(words) ?? []).ToList();
            string[]? columns = null;
            if (masks.Count > 0 && FieldsOf(masks[0]) is { } fields)
            {
                columns = fields.Length == 0 ? null : ["user", "mailbox", .. fields];
                masks.RemoveAt(0);
            }
            var request = new JsonObject { ["user"] = parsed.GetValue(user), ["masks"] = Texts(masks) };
            return run.PrintAsync("mailbox/status", request, () => new TablePrinter(Console.Out, columns));
        });
    }

    private static Command Create()
    {
        var user = CtlCommand.User();
        var names = Names();
        var subscribe = new Option<bool>("--subscribe", "-s") { Description = "also subscribe it" };
        var use = new Option<string?>("--special-use")
        {
            Description = "Archive, Drafts, Flagged, Junk, Sent, Trash or All",
            HelpName = "USE",
        };
        return CtlCommand.Make("create", "create mailboxes", [user, names, subscribe, use], (parsed, run) => run.PrintAsync(
            "mailbox/create",
            new JsonObject
            {
                ["user"] = parsed.GetValue(user),
                ["mailboxes"] = Texts(parsed.GetValue(names)),
                ["subscribe"] = parsed.GetValue(subscribe),
                ["use"] = parsed.GetValue(use),
            },
            Result));
    }

    private static Command Delete()
    {
        var user = CtlCommand.User();
        var names = Names();
        var recursive = new Option<bool>("--recursive", "-r") { Description = "also the mailboxes below" };
        var unsubscribe = new Option<bool>("--unsubscribe", "-s") { Description = "also unsubscribe it" };
        return CtlCommand.Make("delete", "delete mailboxes with their messages", [user, names, recursive, unsubscribe], (parsed, run) => run.PrintAsync(
            "mailbox/delete",
            new JsonObject
            {
                ["user"] = parsed.GetValue(user),
                ["mailboxes"] = Texts(parsed.GetValue(names)),
                ["recursive"] = parsed.GetValue(recursive),
                ["unsubscribe"] = parsed.GetValue(unsubscribe),
            },
            Result));
    }

    private static Command Rename()
    {
        var user = CtlCommand.User();
        var from = new Argument<string>("from") { Description = "the mailbox; those below move with it" };
        var to = new Argument<string>("to") { Description = "its new name" };
        var subscribe = new Option<bool>("--subscribe", "-s") { Description = "subscriptions follow to the new names" };
        return CtlCommand.Make("rename", "rename a mailbox", [user, from, to, subscribe], (parsed, run) => run.PrintAsync(
            "mailbox/rename",
            new JsonObject { ["user"] = parsed.GetValue(user), ["from"] = parsed.GetValue(from), ["to"] = parsed.GetValue(to), ["subscribe"] = parsed.GetValue(subscribe) },
            Result));
    }

    private static Command Subscribe(string name, bool subscribed)
    {
        var user = CtlCommand.User();
        var names = Names();
        return CtlCommand.Make(name, $"{name} mailboxes", [user, names], (parsed, run) => run.PrintAsync(
            "mailbox/subscribe", new JsonObject { ["user"] = parsed.GetValue(user), ["mailboxes"] = Texts(parsed.GetValue(names)), ["subscribed"] = subscribed }, Result));
    }

    /// <summary>Columns if all words are names of fields; empty for <c>all</c>; null if it is something else.</summary>
    private static string[]? FieldsOf(string text)
    {
        if (text.Equals("all", StringComparison.OrdinalIgnoreCase)) return [];
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 && words.All(StatusFields.ContainsKey) ? [.. words.Select(word => StatusFields[word])] : null;
    }

    private static Argument<string[]> Names() =>
        new("mailbox") { Description = "full names, levels separated by /", Arity = ArgumentArity.OneOrMore };

    internal static JsonArray Texts(IEnumerable<string>? texts) => [.. (texts ?? []).Select(text => JsonValue.Create(text))];

    internal static SentencePrinter Result() => new(Console.Out, row =>
        $"{Word(row, "user")}: {Word(row, "mailbox")}: {Word(row, "result")}");

    private static string? Word(JsonElement row, string name) => row.GetProperty(name).GetString();
}
