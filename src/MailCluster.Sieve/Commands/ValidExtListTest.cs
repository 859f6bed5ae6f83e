using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>valid_ext_list (RFC 6134 §2.7).</summary>
internal static class ValidExtListTest
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "valid_ext_list",
        Kind = CommandKind.Test,
        Extension = "extlists",
        Positional = [ArgumentKind.Strings],
        Usage = "valid_ext_list <list-names>",
        Emit = static (command, script) =>
        {
            var names = script.Strings(command.Strings(0));
            script.Op(OpCode.ValidExtList, command.Offset).Id(names);
        },
    };
}
