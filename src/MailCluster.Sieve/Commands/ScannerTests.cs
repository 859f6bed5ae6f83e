using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>spamtest and virustest (RFC 5235).</summary>
internal static class ScannerTests
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new()
        {
            Name = "spamtest", Kind = CommandKind.Test, Extension = "spamtest", Tags = [.. Tags.Match, new("percent", null, "spamtestplus")], Positional = [ArgumentKind.String],
            Usage = $"spamtest [:percent] {Tags.MatchUsage} <value>",
            Emit = static (command, script) =>
            {
                var keys = script.Strings(command.Strings(0));
                script.Op(OpCode.SpamTest, command.Offset).Match(script.Match(command, command.Strings(0))).Number(command.Has("percent") ? 1UL : 0).Id(keys);
            },
        },
        new()
        {
            Name = "virustest", Kind = CommandKind.Test, Extension = "virustest", Tags = Tags.Match, Positional = [ArgumentKind.String],
            Usage = $"virustest {Tags.MatchUsage} <value>",
            Emit = static (command, script) =>
            {
                var keys = script.Strings(command.Strings(0));
                script.Op(OpCode.VirusTest, command.Offset).Match(script.Match(command, command.Strings(0))).Id(keys);
            },
        },
    ];
}
