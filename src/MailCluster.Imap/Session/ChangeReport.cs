using System.Collections.Immutable;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session;

/// <summary>How changes of the selected folder are told after one command.</summary>
internal sealed record ChangeReport
{
    public static ChangeReport WithExpunges { get; } = new() { ExpungesAllowed = true };

    public static ChangeReport WithoutExpunges { get; } = new();

    /// <summary>The command permits that message numbers change (RFC 9051 §7.5.1).</summary>
    public bool ExpungesAllowed { get; init; }

    /// <summary>The command was a UID command: FETCH answers carry UIDs (RFC 9051 §6.4.9).</summary>
    public bool WithUids { get; init; }

    /// <summary>Messages whose flags are told even if they did not change: STORE answers with them (RFC 9051 §6.4.6).</summary>
    public UidSet Always { get; init; } = UidSet.Empty;

    /// <summary>
    /// What this session itself did by STORE.SILENT, in order: the flags of these messages are told only if they came out otherwise, because
    /// somebody else changed them too. Their MODSEQ still is told, to a client with CONDSTORE (RFC 7162 §3.1.3).
    /// </summary>
    public IReadOnlyList<OwnChange> Silent { get; init; } = [];

    /// <summary>MODSEQ of all of <see cref="Silent"/> is told, also of those that did not change: UNCHANGEDSINCE was given.</summary>
    public bool AlwaysModSeq { get; init; }

    /// <summary>
    /// Whether the message is one of <see cref="Silent"/>, and what the session did to it makes of the message in <paramref name="before"/> what it
    /// is in <paramref name="after"/>.
    /// </summary>
    public bool IsSilent(uint uid, FolderIndex before, FolderIndex after, SystemFlags flags, int keywordSet)
    {
        if (Silent.Count == 0 || Always.Contains(uid))
            return false;
        var position = -1;
        var expected = SystemFlags.None;
        var keywords = before.Keywords;
        var set = 0;
        for (var i = 0; i < Silent.Count; i++)
        {
            var change = Silent[i];
            if (!change.Uids.Contains(uid))
                continue;
            if (position < 0)
            {
                position = before.PositionOf(uid);
                if (position < 0)
                    return false;
                (expected, set) = (before.FlagsAt(position), before.KeywordSetAt(position));
            }

            expected = change.Operation switch
            {
                FlagOperation.Add => expected | change.Flags,
                FlagOperation.Remove => expected & ~change.Flags,
                _ => change.Flags,
            };
            keywords = keywords.With(set, change.Operation, change.Keywords, out set);
        }

        return position >= 0
            && expected == flags
            && keywords[set].AsSpan().SequenceEqual(after.Keywords[keywordSet].AsSpan(), StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary>What a STORE.SILENT of the session's own did to flags.</summary>
internal sealed record OwnChange(UidSet Uids, FlagOperation Operation, SystemFlags Flags, ImmutableArray<string> Keywords);
