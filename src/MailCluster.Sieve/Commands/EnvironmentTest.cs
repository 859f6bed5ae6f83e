using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>environment (RFC 5183 §4).</summary>
internal static class EnvironmentTest
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "environment",
        Kind = CommandKind.Test,
        Extension = "environment",
        Tags = Tags.Match,
        Positional = [ArgumentKind.String, ArgumentKind.Strings],
        Usage = $"environment {Tags.MatchUsage} <name> <keys>",
        Emit = static (command, script) =>
        {
            if (script.TryConstant(command.String(0)) is { } constant && constant.StartsWith("vnd.dovecot.", StringComparison.OrdinalIgnoreCase))
                script.Extensions.Use("vnd.dovecot.environment");
            var name = script.String(command.String(0));
            var keys = script.Strings(command.Strings(1));
            script.Op(OpCode.Environment, command.Offset).Match(script.Match(command, command.Strings(1))).Id(name).Id(keys);
        },
    };
}
