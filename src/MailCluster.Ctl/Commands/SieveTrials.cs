using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl sieve check</c>, <c>test</c> and <c>filter</c>.</summary>
internal static class SieveTrials
{
    public static Command Check()
    {
        var global = new Option<bool>("--global", "-g") { Description = "as one of the operator's own scripts, which may require more" };
        var file = SieveCommands.ScriptFile();
        return CtlCommand.Make("check", "compile a script and print what is wrong with it", [global, file], async (parsed, run) =>
        {
            var name = parsed.GetRequiredValue(file);
            var request = new JsonObject
            {
                ["content"] = Convert.ToBase64String(await InputFile.ReadAsync(name, run.Cancellation)),
                ["global"] = parsed.GetValue(global),
            };
            var hasErrors = false;
            var exit = await run.PrintAsync("sieve/check", request, () => new SentencePrinter(Console.Out, row => Diagnostic(name, row)), row =>
                hasErrors |= row.GetProperty("severity").GetString() == "error");
            return exit == ExitCodes.Success && hasErrors ? ExitCodes.NotPossible : exit;
        });
    }

    public static Command Test()
    {
        var user = CtlCommand.User(isRequired: false);
        var script = Script();
        var name = Name();
        var whole = Whole();
        var programs = RunPrograms();
        var from = new Option<string?>("--from") { Description = "the sender of the envelope (default: that of Return-Path)", HelpName = "ADDRESS" };
        var to = new Option<string?>("--to") { Description = "the recipient of the envelope (default: the user)", HelpName = "ADDRESS" };
        var trace = new Option<bool>("--trace", "-t") { Description = "also show each step" };
        var message = new Argument<string>("message") { Description = "the message; - or nothing for standard input", DefaultValueFactory = _ => "-" };
        return CtlCommand.Make("test", "run scripts on a message, as a delivery would, and print what they decide; nothing is done", [user, script, name, whole, programs, from, to, trace, message], async (parsed, run) =>
        {
            var request = new JsonObject
            {
                ["user"] = parsed.GetValue(user),
                ["message"] = Convert.ToBase64String(await InputFile.ReadAsync(parsed.GetRequiredValue(message), run.Cancellation)),
                ["content"] = await ContentAsync(parsed.GetValue(script), run),
                ["name"] = parsed.GetValue(name) ?? parsed.GetValue(script),
                ["whole"] = parsed.GetValue(whole),
                ["from"] = parsed.GetValue(from),
                ["to"] = parsed.GetValue(to),
            };
            if (parsed.GetValue(programs))
                request["run-programs"] = true; // Only then: a node of an older release does not know the word.
            var isTraced = parsed.GetValue(trace);
            return await run.PrintAsync("sieve/test", request, () => new SentencePrinter(Console.Out, Step), keep: row =>
                isTraced || row.GetProperty("kind").GetString() != "trace");
        });
    }

    public static Command Filter()
    {
        var user = CtlCommand.User();
        var script = Script();
        var name = Name();
        var whole = Whole();
        var programs = RunPrograms();
        var execute = new Option<bool>("--execute", "-e") { Description = "do it; otherwise only say what would be done" };
        var discard = new Option<string>("--discard")
        {
            Description = "what discard means here: keep, trash or delete",
            HelpName = "keep|trash|delete",
            DefaultValueFactory = _ => "keep",
        };
        var mailbox = new Argument<string>("mailbox") { Description = "the mailbox whose messages are filtered" };
        var query = new Argument<string[]>("query") { Description = "which of them, as in search; none for all", Arity = ArgumentArity.ZeroOrMore };
        return CtlCommand.Make("filter", "run scripts over the messages of a mailbox", [user, script, name, whole, programs, execute, discard, mailbox, query], async (parsed, run) =>
        {
            var request = new JsonObject
            {
                ["user"] = parsed.GetValue(user),
                ["mailbox"] = parsed.GetValue(mailbox),
                ["query"] = MailboxCommands.Texts(parsed.GetValue(query)),
                ["content"] = await ContentAsync(parsed.GetValue(script), run),
                ["name"] = parsed.GetValue(name) ?? parsed.GetValue(script),
                ["whole"] = parsed.GetValue(whole),
                ["execute"] = parsed.GetValue(execute),
                ["discard"] = parsed.GetValue(discard),
            };
            if (parsed.GetValue(programs))
                request["run-programs"] = true;
            return await run.PrintAsync("sieve/filter", request, () => new TablePrinter(Console.Out, ["user", "mailbox", "uid", "done", "result"]));
        });
    }

    private static Option<string?> Script() => new("--script", "-s") { Description = "a file with the script; - for standard input", HelpName = "FILE" };

    private static Option<string?> Name() =>
        new("--name", "-n") { Description = "one of the user's scripts (default, without --script: all that a delivery runs)", HelpName = "SCRIPT" };

    private static Option<bool> Whole() => new("--whole", "-w")
    {
        Description = "with --script or --name: run it in the place of the active script, between the operator's scripts before and after it, and not alone",
    };

    private static Option<bool> RunPrograms() => new("--run-programs")
    {
        Description = "run the programs that filter and execute ask for; otherwise those are false",
    };

    private static async Task<string?> ContentAsync(string? file, CtlRun run) =>
        file is null ? null : Convert.ToBase64String(await InputFile.ReadAsync(file, run.Cancellation));

    private static string Diagnostic(string file, JsonElement row)
    {
        var place = string.Create(
            CultureInfo.InvariantCulture, $"{(file == "-" ? "script" : file)}:{row.GetProperty("line").GetInt32()}:{row.GetProperty("column").GetInt32()}");
        var fix = row.GetProperty("fix").GetString();
        return $"{place}: {row.GetProperty("severity").GetString()}: {row.GetProperty("message").GetString()}{(string.IsNullOrEmpty(fix) ? "" : $" ({fix})")}";
    }

    private static string Step(JsonElement row)
    {
        var line = row.GetProperty("line").GetInt32();
        var place = line == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{row.GetProperty("script").GetString()}:{line}: ");
        return $"{row.GetProperty("kind").GetString()}: {place}{row.GetProperty("text").GetString()}";
    }
}
