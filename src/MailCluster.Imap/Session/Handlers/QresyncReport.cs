using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>What a client missed since it saw a folder last (RFC 7162 §3.2.5).</summary>
internal static class QresyncReport
{
    public static ValueTask WriteAsync(ImapSession session, SelectedFolder folder, QresyncParameters known)
    {
        var view = folder.View;
        // RFC 7162 §3.2.5.1: with another UIDVALIDITY what the client remembers is worth nothing, and it was told the new one.
        if (known.UidValidity != view.UidValidity)
            return default;
        var writer = session.Respond();
        writer.Vanished(Vanished(view, known), earlier: true);
        writer.Commit();
        var changed = view.ChangedSince(known.ModSeq);
        if (known.KnownUids is { } uids)
            changed = changed.Intersect(uids);
        return changed.IsEmpty ? default : folder.TellFlagsAsync(session, PositionSet.OfUids(view, changed));
    }

    private static UidSet Vanished(FolderIndex view, QresyncParameters known)
    {
        var vanished = view.VanishedSince(known.ModSeq);
        if (known.KnownUids is { } uids)
            vanished = vanished.Intersect(uids);
        // RFC 7162 §3.2.5.2: only when the history does not reach back so far is it worth to ask what the client saw vanish itself.
        if (known.Match is { } match && known.ModSeq < view.Vanished.FloorModSeq && Agreed(view, match) is var agreed and > 0)
            vanished = vanished.Intersect(UidSet.OfRange(agreed, uint.MaxValue));
        return vanished;
    }

    /// <summary>The greatest UID of the pairs that still has the number it had: all that vanished below it the client has seen. 0 if there is none.</summary>
    private static uint Agreed(FolderIndex view, QresyncMatch match)
    {
        uint agreed = 0;
        using var uids = match.Uids.Uids().GetEnumerator();
        foreach (var number in match.SequenceNumbers.Uids())
        {
            if (!uids.MoveNext() || number > (uint)view.Exists || view.UidAt((int)number - 1) != uids.Current)
                break;
            agreed = uids.Current;
        }

        return agreed;
    }
}
