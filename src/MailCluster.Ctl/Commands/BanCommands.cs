using System.CommandLine;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl ban …</c>.</summary>
internal static class BanCommands
{
    public static Command Make() => CtlCommand.Group("ban", "addresses that are not let in, on all nodes", List(), Add(), Remove());

    private static Command List() => CtlCommand.Make("list", "who is banned, since when, until when and why", [], (_, run) => run.PrintAsync("ban/list", []));

    private static Command Add()
    {
        var network = Network();
        var time = new Option<string?>("--time", "-t") { Description = "how long: 30m, 12h, 7d; until it is lifted without it", HelpName = "TIME" };
        var reason = new Option<string?>("--reason", "-r") { Description = "shown by ban list", HelpName = "TEXT" };
        return CtlCommand.Make("add", "ban an address or a network; sessions that are logged in stay", [network, time, reason], (parsed, run) => run.PrintAsync(
            "ban/add",
            new JsonObject
            {
                ["network"] = parsed.GetRequiredValue(network),
                ["seconds"] = parsed.GetValue(time) is { } text ? Seconds(text) : null,
                ["reason"] = parsed.GetValue(reason),
            },
            Sentence));
    }

    private static Command Remove()
    {
        var network = Network();
        return CtlCommand.Make("remove", "lift a ban", [network], (parsed, run) =>
            run.PrintAsync("ban/remove", new JsonObject { ["network"] = parsed.GetRequiredValue(network) }, Sentence));
    }

    private static Argument<string> Network() => new("network") { Description = "an IP address, or a network such as 192.0.2.0/24", HelpName = "IP[/BITS]" };

    private static SentencePrinter Sentence() =>
        new(Console.Out, row => $"{row.GetProperty("network").GetString()}: {row.GetProperty("result").GetString()}");

    private static long Seconds(string text)
    {
        var unit = text.Length == 0 ? 0 : text[^1] switch
        {
            's' => 1L,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => 0,
        };
        return unit > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var count) && count > 0
            ? count * unit
            : throw new CtlException(ExitCodes.Usage, $"{text} is not a time; write 90s, 30m, 12h or 7d");
    }
}
