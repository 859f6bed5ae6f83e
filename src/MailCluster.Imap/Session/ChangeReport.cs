using System.Collections.Immutable;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session;

/// <summary>How changes of the selected folder are told after one command.</summary>
internal sealed record ChangeReport
{
    /// <summary>The command permits that message numbers change (RFC 9051 §7.5.1).</summary>
    public bool ExpungesAllowed { get; init; }

    /// <summary>The command was a UID command: FETCH answers carry UIDs (RFC 9051 §6.4.9).</summary>
    public bool WithUids { get; init; }

    /// <summary>Messages whose flags are told even if they did not change: STORE answers with them (RFC 9051 §6.4.6).</summary>
    public UidSet Always { get; init; } = UidSet.Empty;

    /// <summary>
    /// Messages that this session itself changed by STORE.SILENT, as <see cref="OwnChange"/> says: their flags are told only if they came out otherwise, because
    /// somebody else changed them too. Their MODSEQ still is told, to a client with CONDSTORE (RFC 7162 §3.1.3).
    /// </summary>
    public UidSet Silent { get; init; } = UidSet.Empty;

    /// <summary>MODSEQ of all of <see cref="Silent"/> is told, also of those that did not change: UNCHANGEDSINCE was given.</summary>
    public bool AlwaysModSeq { get; init; }

    /// <summary>What the client knows it did to <see cref="Silent"/>.</summary>
    public FlagChange? OwnChange { get; init; }
}

/// <summary>What a STORE does to flags.</summary>
internal sealed record FlagChange(FlagOperation Operation, SystemFlags Flags, ImmutableArray<string> Keywords)
{
    /// <summary>Whether this change alone makes of a message in <paramref name="before"/> what it is in <paramref name="after"/>.</summary>
    public bool Explains(FolderIndex before, int beforePosition, FolderIndex after, SystemFlags flags, int keywordSet)
    {
        var old = before.FlagsAt(beforePosition);
        var expected = Operation switch
        {
            FlagOperation.Add => old | Flags,
            FlagOperation.Remove => old & ~Flags,
            _ => Flags,
        };
        if (expected != flags)
            return false;
        var known = before.Keywords.With(before.KeywordSetAt(beforePosition), Operation, Keywords, out var set);
        return known[set].AsSpan().SequenceEqual(after.Keywords[keywordSet].AsSpan(), StringComparer.OrdinalIgnoreCase);
    }
}
