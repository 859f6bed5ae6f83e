using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>string (RFC 5229 §5).</summary>
internal static class StringTest
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "string",
        Kind = CommandKind.Test,
        Extension = "variables",
        Tags = Tags.Match,
        Positional = [ArgumentKind.Strings, ArgumentKind.Strings],
        Usage = $"string {Tags.MatchUsage} <source> <keys>",
        Emit = static (command, script) =>
        {
            var values = script.Strings(command.Strings(0));
            var keys = script.Strings(command.Strings(1));
            script.Op(OpCode.StringTest, command.Offset).Match(script.Match(command, command.Strings(1))).Id(values).Id(keys);
        },
    };
}
