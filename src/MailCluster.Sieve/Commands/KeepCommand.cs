using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>keep (RFC 5228 §4.3), with flags (RFC 5232 §5).</summary>
internal static class KeepCommand
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "keep",
        Kind = CommandKind.Action,
        Tags = [new("flags", ArgumentKind.Strings, "imap4flags")],
        Usage = "keep [:flags <list-of-flags>];",
        Emit = static (command, script) =>
        {
            var flags = command.StringsOf("flags") is { } given ? (int?)script.Flags(given) : null;
            script.Op(OpCode.Keep, command.Offset).Id(flags);
        },
    };
}
