using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Session;

/// <summary>
/// Telling of changes: the difference of what the client knows and the newest version, in the order EXPUNGE, EXISTS, RECENT, FLAGS, FETCH.
/// </summary>
internal sealed partial class SelectedFolder
{
    /// <summary>FETCH lines between looks at how much output has gathered.</summary>
    private const int LinesPerFlush = 512;

    /// <summary>Writes what changed, and moves <see cref="View"/> forward.</summary>
    public ValueTask TellAsync(ImapSession session, ChangeReport report)
    {
        var newest = _opened.Feed.Current;
        if (ReferenceEquals(newest, View) && report.Always.IsEmpty && !report.AlwaysModSeq)
            return default;

        // Unless expunges wait to be told, the view is a version of the folder.
        if (ReferenceEquals(newest, _newest) && !report.ExpungesAllowed && report.Always.IsEmpty && !report.AlwaysModSeq)
            return default;
        _newest = newest;
        var diff = FolderDiff.Between(View, newest);
        var withholds = !report.ExpungesAllowed && !diff.Expunged.IsEmpty;
        NoteTold(newest, withholds);
        if (withholds)
        {
            newest = newest.WithExpunged(View, diff.ExpungedUids);
            diff = FolderDiff.Between(View, newest);
        }

        var before = View;
        View = newest;
        TellNumbers(session, diff);
        TellKeywords(session);
        var told = report.Always.IsEmpty && !report.AlwaysModSeq
            ? PositionSet.FromRuns(diff.Changed.AsSpan())
            : ToTell(diff, report);
        return told.IsEmpty ? default : TellFlagsAsync(session, before, told, report);
    }

    private void TellNumbers(ImapSession session, in FolderDiff diff)
    {
        var writer = session.Respond();
        if (session.HasQresync)
        {
            writer.Vanished(diff.ExpungedUids, earlier: false);
        }
        else
        {
            // From the last to the first, so that each line's number is that of the old view.
            for (var i = diff.Expunged.Length - 1; i >= 0; i--)
            {
                for (var position = diff.Expunged[i].End; position > diff.Expunged[i].Start; position--)
                    writer.Expunge(position);
            }
        }

        if (diff.Appended > 0)
        {
            writer.Exists(View.Exists);
            // IMAP4rev2 knows no \Recent: it is left to those who do.
            if (!session.IsRev2)
            {
                ClaimRecent(View.UidAt(View.Exists - diff.Appended));
                writer.RecentCount(RecentCount);
            }
        }

        writer.Commit();
    }

    private void ClaimRecent(uint firstNew)
    {
        // EXAMINE takes nothing from others (RFC 3501 §6.3.2): what is new to it is recent to it.
        var claimed = IsReadOnly ? UidSet.OfRange(firstNew, View.UidNext - 1) : _opened.Feed.ClaimRecent(View.UidNext);
        _recent = _recent.Union(claimed);
    }

    // RFC 9051 §7.3.5: a keyword must be known to the client before a message has it.
    private void TellKeywords(ImapSession session)
    {
        var told = _keywordsTold;
        if (ReferenceEquals(View.Keywords, told))
            return;
        _keywordsTold = View.Keywords;
        if (View.Keywords.AllKeywords.SequenceEqual(told.AllKeywords, StringComparer.Ordinal))
            return;
        var writer = session.Respond();
        WriteFlagLines(ref writer);
        writer.Commit();
    }

    /// <summary>FLAGS and PERMANENTFLAGS.</summary>
    public void WriteFlagLines(scoped ref ResponseWriter writer)
    {
        var keywords = View.Keywords.AllKeywords;
        writer.FlagsLine(keywords);
        writer.StatusStart(null, ResponseStatus.Ok);
        writer.CodePermanentFlags(keywords, mayAddKeywords: true, IsReadOnly);
        writer.StatusEnd(IsReadOnly ? "No flags can be changed" : "Flags that are kept");
    }

    private PositionSet ToTell(in FolderDiff diff, ChangeReport report)
    {
        var uids = report.Always;
        if (report.AlwaysModSeq)
        {
            foreach (var change in report.Silent)
                uids = uids.Union(change.Uids);
        }

        var runs = new List<PositionRun>(diff.Changed);
        runs.AddRange(PositionSet.OfUids(View, uids).Runs);
        return PositionSet.FromRuns(runs.ToArray());
    }

    /// <summary>Writes UID, FLAGS and MODSEQ of messages of the view.</summary>
    public ValueTask TellFlagsAsync(ImapSession session, PositionSet positions) =>
        TellFlagsAsync(session, View, positions, new ChangeReport { WithUids = true });

    private async ValueTask TellFlagsAsync(ImapSession session, FolderIndex before, PositionSet positions, ChangeReport report)
    {
        var view = View;
        // RFC 7162 §3.2.4: where QRESYNC is supported, UIDs are told to CONDSTORE clients too. RFC 9051 §7.5.2: to all of IMAP4rev2.
        var withUids = report.WithUids || session.HasCondstore || session.IsRev2;
        foreach (var run in positions.Runs)
        {
            for (var position = run.Start; position < run.End; position += LinesPerFlush)
            {
                WriteFlags(session, before, view, position, Math.Min(run.End, position + LinesPerFlush), report, withUids);
                await session.FlushIfLargeAsync();
            }
        }
    }

    private void WriteFlags(
        ImapSession session, FolderIndex before, FolderIndex view, int start, int end, ChangeReport report, bool withUids)
    {
        var writer = session.Respond();
        var keywords = KeywordText.Of(view.Keywords);
        foreach (var chunk in view.ChunksFrom(start))
        {
            if (chunk.FirstPosition >= end)
                break;
            var last = Math.Min(chunk.Count, end - chunk.FirstPosition);
            for (var row = Math.Max(0, start - chunk.FirstPosition); row < last; row++)
            {
                var uid = chunk.Uids[row];
                var modSeq = chunk.ModSeqs[row];
                var silent = report.IsSilent(uid, before, view, chunk.Flags[row], chunk.KeywordSets[row]);
                if (silent && !session.HasCondstore)
                    continue;
                writer.Raw("* "u8);
                writer.Number(chunk.FirstPosition + row + 1);
                writer.Raw(" FETCH ("u8);
                if (withUids)
                {
                    writer.Raw("UID "u8);
                    writer.Number(uid);
                    writer.Space();
                }

                if (!silent)
                {
                    writer.Raw("FLAGS "u8);
                    writer.Flags(chunk.Flags[row], keywords, chunk.KeywordSets[row], IsRecent(uid));
                }

                if (session.HasCondstore)
                {
                    writer.Raw(silent ? "MODSEQ ("u8 : " MODSEQ ("u8);
                    writer.Number(modSeq.Value);
                    writer.Close();
                }

                writer.Raw(")\r\n"u8);
            }
        }

        writer.Commit();
    }
}
