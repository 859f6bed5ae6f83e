using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>debug_log (vnd.dovecot.debug).</summary>
internal static class DebugLogCommand
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "debug_log",
        Kind = CommandKind.Action,
        Extension = "vnd.dovecot.debug",
        Positional = [ArgumentKind.String],
        Usage = "debug_log <message>;",
        Emit = static (command, script) =>
        {
            var message = script.String(command.String(0));
            script.Op(OpCode.DebugLog, command.Offset).Id(message);
        },
    };
}
