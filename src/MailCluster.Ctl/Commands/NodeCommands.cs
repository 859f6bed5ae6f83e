using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl stats</c> and <c>fsck</c>.</summary>
internal static class NodeCommands
{
    public static Command Stats()
    {
        var prefix = new Argument<string?>("prefix")
        {
            Description = "only counters whose names begin so",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var all = new Option<bool>("--all", "-a") { Description = "also those of the runtime and the connection server" };
        return CtlCommand.Make("stats", "show the node's counters, as /metrics has them", [prefix, all], (parsed, run) =>
            run.PrintAsync("stats", new JsonObject { ["prefix"] = parsed.GetValue(prefix), ["all"] = parsed.GetValue(all) }));
    }

    public static Command Fsck()
    {
        var user = new Option<string?>("--user", "-u")
        {
            Description = "only these accounts, with * and ?; without it everything, bodies that belong to no message too",
            HelpName = "USER",
        };
        var verify = new Option<bool>("--verify") { Description = "also read every body and the whole journal and compare their checksums" };
        var repair = new Option<bool>("--repair") { Description = "repair what can be repaired without losing anything readable" };
        var dropLost = new Option<bool>("--drop-lost")
        {
            Description = "with --repair: remove messages whose body is gone for ever, so that clients stop asking for it",
        };
        return CtlCommand.Make("fsck", "compare journal and stored bodies; exit code 0 clean, 1 all repaired, 4 findings left", [user, verify, repair, dropLost], async (parsed, run) =>
        {
            var request = new JsonObject
            {
                ["user"] = parsed.GetValue(user),
                ["verify"] = parsed.GetValue(verify),
                ["repair"] = parsed.GetValue(repair),
                ["drop-lost"] = parsed.GetValue(dropLost),
            };
            var printer = run.Printer();
            JsonElement? summary = null;
            await foreach (var row in run.AskAsync("fsck", request))
            {
                if (CtlRun.ErrorOf(row) is var error and not 0) return error;
                if (row.TryGetProperty("summary", out var last)) summary = last;
                if (summary is null || run.Format == OutputFormat.Json) printer.Print(row);
            }
            printer.End();
            return Conclude(summary ?? throw new CtlException(ExitCodes.Unavailable, "the check did not come to its end"), run.Format);
        });
    }

    private static int Conclude(JsonElement summary, OutputFormat format)
    {
        long Number(string name) => summary.GetProperty(name).GetInt64();
        long findings = Number("findings"), repaired = Number("repaired");
        if (format == OutputFormat.Table)
        {
            Console.Error.WriteLine(
                $"{Number("accounts")} accounts, {Number("folders")} mailboxes, {Number("messages")} messages, {Number("records")} stored bodies: "
                + (findings == 0 ? "clean" : $"{findings} findings, {repaired} repaired"));
        }
        return findings == 0 ? ExitCodes.Success : findings == repaired ? ExitCodes.FsckRepaired : ExitCodes.FsckFindings;
    }
}
