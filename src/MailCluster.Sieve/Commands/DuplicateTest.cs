using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>duplicate (RFC 7352).</summary>
internal static class DuplicateTest
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "duplicate",
        Kind = CommandKind.Test,
        Extension = "duplicate",
        Tags =
        [
            new("handle", ArgumentKind.String), new("header", ArgumentKind.String, null, "id"), new("uniqueid", ArgumentKind.String, null, "id"),
            new("seconds", ArgumentKind.Number), new("last"),
        ],
        Usage = "duplicate [:handle <string>] [:header <name> / :uniqueid <string>] [:seconds <timeout>] [:last]",
        Emit = static (command, script) =>
        {
            if (command.StringOf("header") is { } name)
                script.CheckHeaderName(name, isError: true);
            var handle = script.OptionalString(command.StringOf("handle"));
            var header = script.OptionalString(command.StringOf("header"));
            var id = script.OptionalString(command.StringOf("uniqueid"));
            script.Op(OpCode.Duplicate, command.Offset).Number(command.Has("last") ? 1UL : 0).Id(handle).Id(header).Id(id).Optional(command.NumberOf("seconds"));
        },
    };
}
