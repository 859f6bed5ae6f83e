using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>fileinto (RFC 5228 §4.1), with copy (RFC 3894), flags (RFC 5232 §5), create (RFC 5490 §3.2), mailboxid (RFC 9042 §3) and special-use (RFC 8579 §4).</summary>
internal static class FileIntoCommand
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "fileinto",
        Kind = CommandKind.Action,
        Extension = "fileinto",
        Tags = [new("copy", null, "copy"), .. Tags.Target],
        Positional = [ArgumentKind.String],
        Usage = "fileinto [:copy] [:create] [:flags <list-of-flags>] [:mailboxid <id>] [:specialuse <attribute>] <mailbox>;",
        Emit = static (command, script) =>
        {
            if (command.Has("mailboxid") && command.Has("specialuse"))
                script.Diagnostics.Error(command.OffsetOf("specialuse"), ":mailboxid and :specialuse exclude each other", "keep one of them");
            var folder = script.Folder(command.String(0));
            var flags = command.StringsOf("flags") is { } given ? (int?)script.Flags(given) : null;
            var id = script.OptionalString(command.StringOf("mailboxid"));
            var use = script.OptionalString(command.StringOf("specialuse"));
            var bits = (command.Has("copy") ? ActionBits.Copy : 0) | (command.Has("create") ? ActionBits.Create : 0);
            script.Op(OpCode.FileInto, command.Offset).Number((ulong)bits).Id(folder).Id(flags).Id(id).Id(use);
        },
    };
}
