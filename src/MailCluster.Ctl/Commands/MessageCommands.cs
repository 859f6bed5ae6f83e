using System.CommandLine;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl search</c>, <c>fetch</c>, <c>save</c> and <c>expunge</c>.</summary>
internal static class MessageCommands
{
    public static Command Search()
    {
        var user = CtlCommand.User();
        var query = Query();
        return CtlCommand.Make("search", "find messages", [user, query], (parsed, run) => run.PrintAsync(
            "search", new JsonObject { ["user"] = parsed.GetValue(user), ["query"] = MailboxCommands.Texts(parsed.GetValue(query)) }));
    }

    public static Command Fetch()
    {
        var user = CtlCommand.User();
        var fields = new Argument<string>("fields")
        {
            Description = "one word, fields separated by blanks: user mailbox mailbox-guid seq uid guid flags modseq date.received date.sent date.saved "
                + "size.physical size.virtual hdr hdr.NAME hdr.NAME.utf8 body body.preview text",
        };
        var query = Query();
        return CtlCommand.Make("fetch", "show messages", [user, fields, query], (parsed, run) => run.PrintAsync(
            "fetch",
            new JsonObject
            {
                ["user"] = parsed.GetValue(user),
                ["fields"] = MailboxCommands.Texts(
                    parsed.GetRequiredValue(fields).Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)),
                ["query"] = MailboxCommands.Texts(parsed.GetValue(query)),
            },
            () => new PagerPrinter(new BufferedStream(Console.OpenStandardOutput()), !Console.IsOutputRedirected)));
    }

    public static Command Expunge()
    {
        var user = CtlCommand.User();
        var query = Query();
        return CtlCommand.Make("expunge", "remove messages, whether or not they are marked \\Deleted; the query must name a mailbox", [user, query], (parsed, run) =>
            run.PrintAsync(
                "expunge", new JsonObject { ["user"] = parsed.GetValue(user), ["query"] = MailboxCommands.Texts(parsed.GetValue(query)) }));
    }

    public static Command Save()
    {
        var user = CtlCommand.User();
        var mailbox = new Option<string>("--mailbox", "-m")
        {
            Description = "where to; must exist",
            HelpName = "NAME",
            DefaultValueFactory = _ => "INBOX",
        };
        var flags = new Option<string?>("--flags") { Description = "flags and keywords, such as '\\Seen $Work'", HelpName = "FLAGS" };
        var date = new Option<string?>("--date")
        {
            Description = "the date of arrival, such as 2026-01-31T12:00:00+01:00 (default: now)",
            HelpName = "DATE",
        };
        var raw = new Option<bool>("--raw") { Description = "keep line ends as they are; otherwise bare LF becomes CRLF" };
        var file = new Argument<string>("file")
        {
            Description = "the message; - or nothing for standard input",
            DefaultValueFactory = _ => "-",
        };
        return CtlCommand.Make("save", "add a message", [user, mailbox, flags, date, raw, file], async (parsed, run) =>
        {
            var query = string.Join('&', new (string Name, string? Value)[]
            {
                ("user", parsed.GetValue(user)), ("mailbox", parsed.GetValue(mailbox)), ("flags", parsed.GetValue(flags)),
                ("date", parsed.GetValue(date)),
                ("raw", parsed.GetValue(raw) ? "true" : null),
            }.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
            await using var message = InputFile.Open(parsed.GetRequiredValue(file));
            return await run.PrintAsync(
                $"save?{query}",
                new StreamContent(message),
                () => new SentencePrinter(Console.Out, row => $"{row.GetProperty("user").GetString()}: {row.GetProperty("mailbox").GetString()}: UID {row.GetProperty("uid").GetUInt32()}"));
        });
    }

    private static Argument<string[]> Query() => new("query")
    {
        Description = "search keys of IMAP, a word each: mailbox INBOX UNSEEN SUBJECT hello OR FROM a FROM b; all messages: ALL",
        Arity = ArgumentArity.OneOrMore,
    };
}
