using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Commands;

/// <summary>date and currentdate (RFC 5260 §4 and §5).</summary>
internal static class DateTests
{
    /// <summary>What can be asked of a date; their places are nothing but their order.</summary>
    internal static IReadOnlyList<string> Parts { get; } =
        ["year", "month", "day", "date", "julian", "hour", "minute", "second", "time", "iso8601", "std11", "zone", "weekday"];

    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new()
        {
            Name = "date", Kind = CommandKind.Test, Extension = "date",
            Tags = [.. Tags.Match, .. Tags.Index, new("zone", ArgumentKind.String, null, "zone"), new("originalzone", Group: "zone")],
            Positional = [ArgumentKind.String, ArgumentKind.String, ArgumentKind.Strings],
            Usage = $"date [:zone <+hhmm> / :originalzone] {Tags.MatchUsage} [:index <n> [:last]] <header-name> <date-part> <keys>",
            Emit = static (command, script) =>
            {
                script.CheckHeaderName(command.String(0), isError: false);
                CheckPart(command.String(1), script);
                var header = script.String(command.String(0));
                var part = script.String(command.String(1));
                var keys = script.Strings(command.Strings(2));
                var zone = Zone(command, script);
                var bits = (command.Has("originalzone") ? DateBits.OriginalZone : 0) | (command.Has("last") ? DateBits.Last : 0);
                script.Op(OpCode.Date, command.Offset).Match(script.Match(command, command.Strings(2))).Number((ulong)bits)
                    .Optional(script.Index(command)).Id(header).Id(zone).Id(part).Id(keys);
            },
        },
        new()
        {
            Name = "currentdate", Kind = CommandKind.Test, Extension = "date",
            Tags = [.. Tags.Match, new("zone", ArgumentKind.String)],
            Positional = [ArgumentKind.String, ArgumentKind.Strings],
            Usage = $"currentdate [:zone <+hhmm>] {Tags.MatchUsage} <date-part> <keys>",
            Emit = static (command, script) =>
            {
                CheckPart(command.String(0), script);
                var part = script.String(command.String(0));
                var keys = script.Strings(command.Strings(1));
                var zone = Zone(command, script);
                script.Op(OpCode.CurrentDate, command.Offset).Match(script.Match(command, command.Strings(1))).Id(zone).Id(part).Id(keys);
            },
        },
    ];

    private static void CheckPart(StringNode node, ScriptCompiler script)
    {
        if (script.TryConstant(node) is not { } name || Parts.Contains(name, StringComparer.OrdinalIgnoreCase))
            return;
        var nearest = Suggestions.Nearest(name, Parts);
        script.Diagnostics.Error(node.Offset, $"a date has no part \"{name}\"", nearest is null ? $"the parts are {string.Join(", ", Parts)}" : $"did you mean \"{nearest}\"?");
    }

    private static int? Zone(BoundCommand command, ScriptCompiler script)
    {
        if (command.StringOf("zone") is not { } node)
            return null;
        if (script.TryConstant(node) is { } zone && !DateParts.TryParseZone(zone, out _))
            script.Diagnostics.Error(node.Offset, $"\"{zone}\" is no time zone", "write the offset from UTC as \"+hhmm\" or \"-hhmm\"");
        return script.String(node);
    }
}
