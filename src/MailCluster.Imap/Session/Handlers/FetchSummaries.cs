using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;
using MailCluster.Mime;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// The messages of a command in batches: their index rows, and their summaries, read from the store in one go. A summary that the store
/// lost, or that cannot be read, is made again from the body; a message whose body is missing or damaged has none, and says why.
/// </summary>
internal sealed class FetchSummaries(
    FolderIndex view, PositionSet positions, IBodyStore bodies, MimeLimits limits, bool wanted, CancellationToken closed) : IDisposable
{
    /// <summary>
    /// Messages a batch: enough to hide what one read of the store costs, few enough that their summaries stay under some 100 KiB.
    /// </summary>
    public const int BatchMax = 128;

    private readonly MessageRow[] _rows = new MessageRow[Math.Min(BatchMax, positions.Count)];
    private readonly int[] _positions = new int[Math.Min(BatchMax, positions.Count)];
    private readonly BodyRef[] _refs = new BodyRef[Math.Min(BatchMax, positions.Count)];
    private readonly ReadOnlyMemory<byte>[] _summaries = new ReadOnlyMemory<byte>[Math.Min(BatchMax, positions.Count)];
    private readonly Exception?[] _failures = new Exception?[Math.Min(BatchMax, positions.Count)];
    private readonly ReadBlocks _blocks = new();
    private int _run;
    private int _next = -1;

    public int Count { get; private set; }

    public int PositionAt(int item) => _positions[item];

    public ref readonly MessageRow RowAt(int item) => ref _rows[item];

    /// <summary>Empty if summaries are not wanted.</summary>
    public ReadOnlyMemory<byte> SummaryAt(int item) => _summaries[item];

    /// <summary>Why the message has no summary; null if it has.</summary>
    public Exception? FailureAt(int item) => _failures[item];

    /// <summary>Goes to the next batch; false after the last.</summary>
    public async ValueTask<bool> MoveNextAsync()
    {
        _blocks.Reset();
        Fill();
        if (Count == 0 || !wanted)
            return Count > 0;
        Array.Clear(_failures);
        try
        {
            await bodies.GetSummariesAsync(_refs.AsMemory(0, Count), _summaries, _blocks, closed);
        }
        catch (BodyMissingException)
        {
            await OneByOneAsync();
        }

        for (var i = 0; i < Count; i++)
        {
            if (_failures[i] is null && !MessageSummary.IsReadable(_summaries[i].Span))
                await RebuildAsync(i);
        }

        return true;
    }

    /// <summary>Makes the summary again from the body.</summary>
    public async ValueTask RebuildAsync(int item)
    {
        try
        {
            _summaries[item] = (await DerivedData.RebuildAsync(bodies, _rows[item].Body, _rows[item].Size, limits, closed)).Summary;
        }
        catch (Exception e) when (e is BodyMissingException or BodyCorruptException)
        {
            _failures[item] = e;
        }
    }

    public void Dispose() => _blocks.Dispose();

    private void Fill()
    {
        Count = 0;
        var runs = positions.Runs;
        while (_run < runs.Length && Count < _rows.Length)
        {
            var run = runs[_run];
            if (_next < run.Start)
                _next = run.Start;
            if (_next >= run.End)
            {
                _run++;
                continue;
            }

            _positions[Count] = _next;
            _rows[Count] = view.RowAt(_next);
            _refs[Count] = _rows[Count].Body;
            Count++;
            _next++;
        }
    }

    private async ValueTask OneByOneAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            try
            {
                await bodies.GetSummariesAsync(_refs.AsMemory(i, 1), _summaries.AsMemory(i, 1), _blocks, closed);
            }
            catch (BodyMissingException e)
            {
                _failures[i] = e;
            }
        }
    }
}
