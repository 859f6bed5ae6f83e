using System.Collections.Immutable;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Commands;

/// <summary>Flags as a client names them: the system flags as bits, the keywords as written, without doubles.</summary>
internal readonly record struct FlagList(SystemFlags System, ImmutableArray<string> Keywords)
{
    public static FlagList Empty { get; } = new(SystemFlags.None, []);
}
