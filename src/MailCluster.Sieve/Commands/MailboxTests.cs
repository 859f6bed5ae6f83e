using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>mailboxexists (RFC 5490 §3.1), mailboxidexists (RFC 9042 §4), specialuse_exists (RFC 8579 §3).</summary>
internal static class MailboxTests
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new()
        {
            Name = "mailboxexists", Kind = CommandKind.Test, Extension = "mailbox", Positional = [ArgumentKind.Strings], Usage = "mailboxexists <mailbox-names>",
            Emit = static (command, script) =>
            {
                var names = script.Strings(command.Strings(0));
                script.Op(OpCode.MailboxExists, command.Offset).Id(names);
            },
        },
        new()
        {
            Name = "mailboxidexists", Kind = CommandKind.Test, Extension = "mailboxid", Positional = [ArgumentKind.Strings], Usage = "mailboxidexists <mailbox-ids>",
            Emit = static (command, script) =>
            {
                var ids = script.Strings(command.Strings(0));
                script.Op(OpCode.MailboxIdExists, command.Offset).Id(ids);
            },
        },
        new()
        {
            Name = "specialuse_exists", Kind = CommandKind.Test, Extension = "special-use", Positional = [ArgumentKind.String, ArgumentKind.Strings], OptionalCount = 1,
            Usage = "specialuse_exists [<mailbox-name>] <special-use-attributes>",
            Emit = static (command, script) =>
            {
                var mailbox = command.HasPositional(0) ? (int?)script.Folder(command.String(0)) : null;
                var uses = script.Strings(command.Strings(1));
                script.Op(OpCode.SpecialUseExists, command.Offset).Id(mailbox).Id(uses);
            },
        },
    ];
}
