using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>reject and ereject (RFC 5429).</summary>
internal static class RejectCommands
{
    internal static IReadOnlyList<CommandSpec> All { get; } = [Make("reject", false), Make("ereject", true)];

    private static CommandSpec Make(string name, bool isEreject) => new()
    {
        Name = name,
        Kind = CommandKind.Action,
        Extension = name,
        Positional = [ArgumentKind.String],
        Usage = $"{name} <reason>;",
        Emit = (command, script) =>
        {
            var reason = script.String(command.String(0));
            script.Op(OpCode.Reject, command.Offset).Number(isEreject ? 1UL : 0).Id(reason);
        },
    };
}
