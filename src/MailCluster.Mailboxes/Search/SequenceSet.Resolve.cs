namespace MailCluster.Mailboxes.Search;

/// <summary>What a set means to one version of a folder.</summary>
public sealed partial class SequenceSet
{
    /// <summary>
    /// The messages of <paramref name="view"/> that the set names. UIDs that do not exist are passed over (RFC 9051 §6.4.9); message
    /// numbers that do not exist make the command invalid, as <c>*</c> does in an empty folder (RFC 9051 §9, seq-number).
    /// </summary>
    /// <param name="view">The version that the client knows.</param>
    /// <param name="uid">The numbers are UIDs.</param>
    /// <param name="saved">What <c>$</c> stands for, in UIDs; messages no longer in the view are passed over (RFC 5182 §2.1).</param>
    /// <param name="positions">Which positions; empty when false is returned.</param>
    /// <returns>False if the set names a message number that does not exist.</returns>
    public bool TryResolve(FolderIndex view, bool uid, UidSet saved, out PositionSet positions)
    {
        if (IsSaved)
        {
            positions = PositionSet.OfUids(view, saved);
            return true;
        }

        return uid ? ResolveUids(view, out positions) : ResolveNumbers(view, out positions);
    }

    private bool ResolveUids(FolderIndex view, out PositionSet positions)
    {
        // RFC 9051 §9: * is the UID of the last message, or UIDNEXT in an empty folder, where no UID exists anyway.
        var star = view.Exists == 0 ? view.UidNext : view.UidAt(view.Exists - 1);
        var runs = new PositionRun[_ranges.Length];
        var count = 0;
        foreach (var range in _ranges)
        {
            var (low, high) = Ends(range, star);
            var start = view.LowerBound(low);
            var end = high == uint.MaxValue ? view.Exists : view.LowerBound(high + 1);
            if (end > start)
                runs[count++] = new PositionRun(start, end - start);
        }

        positions = PositionSet.FromRuns(runs.AsSpan(0, count));
        return true;
    }

    private bool ResolveNumbers(FolderIndex view, out PositionSet positions)
    {
        positions = PositionSet.Empty;
        var runs = new PositionRun[_ranges.Length];
        for (var i = 0; i < runs.Length; i++)
        {
            var (low, high) = Ends(_ranges[i], (uint)view.Exists);
            if (low == 0 || high > (uint)view.Exists)
                return false;
            runs[i] = new PositionRun((int)low - 1, (int)(high - low) + 1);
        }

        positions = PositionSet.FromRuns(runs);
        return true;
    }

    private static (uint Low, uint High) Ends(SequenceRange range, uint star)
    {
        var first = range.First == SequenceRange.Star ? star : range.First;
        var last = range.Last == SequenceRange.Star ? star : range.Last;
        return first <= last ? (first, last) : (last, first);
    }
}
