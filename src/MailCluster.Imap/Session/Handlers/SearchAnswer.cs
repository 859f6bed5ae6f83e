using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>What follows from the messages that a SEARCH found.</summary>
internal static class SearchAnswer
{
    /// <summary>What <c>$</c> is after it (RFC 9051 §6.4.4.1, table 4).</summary>
    public static UidSet ToSave(SearchReturn returns, PositionSet found, FolderIndex view)
    {
        if (found.IsEmpty)
            return UidSet.Empty;
        var ends = Ends(returns);
        if (ends == SearchReturn.Plain)
            return found.ToUids(view);
        var saved = UidSet.Empty;
        if ((ends & SearchReturn.Min) != 0)
            saved = UidSet.Of(view.UidAt(found.Runs[0].Start));
        return (ends & SearchReturn.Max) != 0 ? saved.Union(UidSet.Of(view.UidAt(found.Runs[^1].End - 1))) : saved;
    }

    /// <summary>
    /// The MODSEQ of the answer (RFC 7162 §3.1.5, RFC 4731 §3.2): the greatest of all that was found, or, if only MIN and MAX are asked
    /// for, of those two.
    /// </summary>
    public static ModSeq? HighestModSeq(SearchReturn returns, PositionSet found, FolderIndex view)
    {
        if (found.IsEmpty)
            return null;
        var highest = default(ModSeq);
        var ends = Ends(returns);
        if ((ends & SearchReturn.Min) != 0)
            highest = view.ModSeqAt(found.Runs[0].Start);
        if ((ends & SearchReturn.Max) != 0 && view.ModSeqAt(found.Runs[^1].End - 1) is var last && last > highest)
            highest = last;
        if (ends != SearchReturn.Plain)
            return highest;
        foreach (var run in found.Runs)
        {
            for (var position = run.Start; position < run.End; position++)
            {
                if (view.ModSeqAt(position) is var modSeq && modSeq > highest)
                    highest = modSeq;
            }
        }

        return highest;
    }

    /// <summary>Whether the key asks for MODSEQ anywhere, which changes the answer.</summary>
    public static bool AsksModSeq(SearchKey key)
    {
        switch (key)
        {
            case SearchKey.ModSeqSince:
                return true;
            case SearchKey.Not not:
                return AsksModSeq(not.Key);
            case SearchKey.Or or:
                return AsksModSeq(or.Left) || AsksModSeq(or.Right);
            case SearchKey.And and:
                foreach (var inner in and.Keys)
                {
                    if (AsksModSeq(inner))
                        return true;
                }

                return false;
            default:
                return false;
        }
    }

    /// <summary>MIN and MAX as far as they were asked for, if neither ALL nor COUNT was.</summary>
    private static SearchReturn Ends(SearchReturn returns) =>
        (returns & (SearchReturn.All | SearchReturn.Count)) != 0 ? SearchReturn.Plain : returns & (SearchReturn.Min | SearchReturn.Max);
}
