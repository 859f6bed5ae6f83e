using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>
/// stop (RFC 5228 §3.3), discard (§4.4), foreverypart and break (RFC 5703 §3). The compiler itself makes require, if, elsif, else and the loops.
/// </summary>
internal static class ControlCommands
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new()
        {
            Name = "stop", Kind = CommandKind.Control, Usage = "stop;",
            Emit = static (command, script) => script.Op(OpCode.Stop, command.Offset),
        },
        new()
        {
            Name = "discard", Kind = CommandKind.Action, Usage = "discard;",
            Emit = static (command, script) => script.Op(OpCode.Discard, command.Offset),
        },
        new()
        {
            Name = "foreverypart", Kind = CommandKind.Control, Extension = "foreverypart", HasBlock = true, Usage = "foreverypart [:name <string>] { … }",
            Tags = [new("name", ArgumentKind.String)],
        },
        new()
        {
            Name = "break", Kind = CommandKind.Control, Extension = "foreverypart", Usage = "break [:name <string>];",
            Tags = [new("name", ArgumentKind.String)],
        },
    ];
}
