using MailCluster.Bodies;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;
using MailCluster.Mime;

namespace MailCluster.Imap.Session.Handlers;

// One FETCH over one version of a folder. No actor is asked for anything: the index is in memory, summaries and bodies come from the store.
//
// Three ways, by what is asked:
//   index only (FLAGS, UID, dates, sizes): whole stretches of chunk columns are written at once;
//   summaries: read in batches (FetchSummaries), written from their compact form;
//   bytes of messages: located by the summary, read from the store right into the pipe's memory (FetchRun.Content.cs).
//
// What is known of a message before its first byte goes out is gathered in a scratch buffer. So if its summary or body turns out to
// be missing or damaged, nothing of it has been said, the others are still answered, and the command ends with NO. Only a failure in the
// middle of a literal that is longer than one read cannot be told in IMAP: the exception passes, and the session closes the connection.

/// <summary>Answers one FETCH.</summary>
internal sealed partial class FetchRun(FetchPlan plan, FolderIndex view, IBodyStore bodies, IFetchOutput output, MimeLimits limits)
{
    private const int RowsPerFlush = 512;

    private readonly KeywordText _keywords = KeywordText.Of(view.Keywords);
    private readonly ByteBuffer _scratch = new(plan.NeedsSummary || !plan.Sections.IsEmpty ? 4096 : 0);

    /// <summary>Messages of which nothing could be told because the store lacks them.</summary>
    public int MissingCount { get; private set; }

    /// <summary>Messages of which nothing could be told because they are damaged.</summary>
    public int CorruptCount { get; private set; }

    public bool HasFailures => MissingCount + CorruptCount > 0;

    /// <summary>A BINARY item named a part in an encoding that is not known (RFC 9051 §7.1, UNKNOWN-CTE).</summary>
    public bool HasUnknownEncoding { get; private set; }

    /// <exception cref="BodyStoreUnavailableException">The store cannot be read now; the output stands between two lines unless a line is
    /// begun.</exception>
    public ValueTask RunAsync(PositionSet positions) =>
        plan.NeedsSummary || !plan.Sections.IsEmpty ? TellMessagesAsync(positions) : TellRowsAsync(positions);

    private async ValueTask TellRowsAsync(PositionSet positions)
    {
        foreach (var run in positions.Runs)
        {
            for (var start = run.Start; start < run.End; start += RowsPerFlush)
            {
                WriteRows(start, Math.Min(run.End, start + RowsPerFlush));
                await output.FlushIfLargeAsync();
            }
        }
    }

    private void WriteRows(int start, int end)
    {
        var writer = new ResponseWriter(output.Writer, output.Utf8);
        foreach (var chunk in view.ChunksFrom(start))
        {
            if (chunk.FirstPosition >= end)
                break;
            var last = Math.Min(chunk.Count, end - chunk.FirstPosition);
            for (var row = Math.Max(0, start - chunk.FirstPosition); row < last; row++)
            {
                WriteStart(ref writer, chunk.FirstPosition + row);
                WriteRow(ref writer, chunk, row);
                writer.Raw(")\r\n"u8);
            }
        }

        writer.Commit();
    }

    private async ValueTask TellMessagesAsync(PositionSet positions)
    {
        using var batch = new FetchSummaries(view, positions, bodies, limits, plan.NeedsSummary, output.Closed);
        try
        {
            while (await batch.MoveNextAsync())
            {
                for (var item = 0; item < batch.Count; item++)
                {
                    await TellMessageAsync(batch, item);
                    await output.FlushIfLargeAsync();
                }
            }
        }
        finally
        {
            _window.Release();
        }
    }

    private async ValueTask TellMessageAsync(FetchSummaries batch, int item)
    {
        _isOpen = false;
        try
        {
            if (batch.FailureAt(item) is { } failure)
            {
                Count(failure);
                return;
            }

            if (!TryCompose(batch, item))
            {
                // The summary parses but is damaged inside.
                await batch.RebuildAsync(item);
                if (batch.FailureAt(item) is { } again)
                {
                    Count(again);
                    return;
                }

                Compose(batch, item);
            }

            await TellSectionsAsync(batch.RowAt(item), batch.SummaryAt(item));
            // Only items that could not be told were asked; a line without any is none (RFC 9051 §9, msg-att).
            if (_first)
                return;
            _scratch.Append(")\r\n"u8);
            FlushScratch();
            if (_lineBegun)
                EndLine();
        }
        catch (Exception e) when (!_isOpen && e is BodyMissingException or BodyCorruptException)
        {
            Count(e);
        }
    }

    private void Count(Exception failure)
    {
        if (failure is BodyMissingException)
            MissingCount++;
        else
            CorruptCount++;
    }

    private bool TryCompose(FetchSummaries batch, int item)
    {
        try
        {
            Compose(batch, item);
            return true;
        }
        catch (Exception e) when (e is SummaryFormatException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Writes into the scratch buffer all that takes no bytes of the body, and locates the bytes of the sections.</summary>
    private void Compose(FetchSummaries batch, int item)
    {
        _scratch.Clear();
        var writer = new ResponseWriter(_scratch, output.Utf8);
        var position = batch.PositionAt(item);
        ref readonly var row = ref batch.RowAt(item);
        WriteStart(ref writer, position);
        foreach (var chunk in view.ChunksFrom(position))
        {
            WriteRow(ref writer, chunk, position - chunk.FirstPosition);
            break;
        }

        if (plan.NeedsSummary)
            WriteSummary(ref writer, MessageSummary.Parse(batch.SummaryAt(item).Span));
        writer.Commit();
        Locate(row, batch.SummaryAt(item).Span);
    }
}
