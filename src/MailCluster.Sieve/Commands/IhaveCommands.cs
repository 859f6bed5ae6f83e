using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>ihave and error (RFC 5463). The compiler knows what ihave will answer, and compiles only what can then be reached.</summary>
internal static class IhaveCommands
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new() { Name = "ihave", Kind = CommandKind.Test, Extension = "ihave", Positional = [ArgumentKind.Strings], Usage = "ihave <capabilities>" },
        new()
        {
            Name = "error", Kind = CommandKind.Control, Extension = "ihave", Positional = [ArgumentKind.String], Usage = "error <message>;",
            Emit = static (command, script) =>
            {
                var message = script.String(command.String(0));
                script.Op(OpCode.Error, command.Offset).Id(message);
            },
        },
    ];
}
