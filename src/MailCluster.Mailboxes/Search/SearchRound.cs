using MailCluster.Bodies;
using MailCluster.Mime;

namespace MailCluster.Mailboxes.Search;

/// <summary>Reads messages in batches and has them judged. Used by one search.</summary>
internal sealed class SearchRound(
    FolderIndex view, IBodyStore bodies, MimeLimits limits, SearchNode root, PositionBitmap found, CancellationToken cancellationToken) : IDisposable
{
    // In both rounds: a key that asks for the summary and finds none would stay unknown for ever.
    private readonly bool _needsSummary = root.UsesSummary;
    private readonly ReadBlocks _blocks = new();
    private int[] _positions = [];
    private BodyRef[] _refs = [];
    private ReadOnlyMemory<byte>[] _summaries = [];
    private ReadOnlyMemory<byte>[] _texts = [];

    /// <summary>Messages that could not be read.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Judges the messages of <paramref name="open"/>; what is settled is taken out of it.</summary>
    public async ValueTask RunAsync(PositionBitmap open, bool withTexts, int batchMax)
    {
        if (!withTexts && !_needsSummary)
            return;
        _positions = new int[batchMax];
        _refs = new BodyRef[batchMax];
        _summaries = new ReadOnlyMemory<byte>[batchMax];
        _texts = new ReadOnlyMemory<byte>[batchMax];
        for (var from = 0; open.Next(ref from, _positions) is > 0 and var count; _blocks.Reset())
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < count; i++)
                _refs[i] = view.FactsAt(_positions[i]).Body;
            await ReadAsync(open, count, withTexts);
            for (var i = 0; i < count; i++)
                await JudgeAsync(open, i, withTexts);
        }
    }

    public void Dispose() => _blocks.Dispose();

    private async ValueTask ReadAsync(PositionBitmap open, int count, bool withTexts)
    {
        try
        {
            if (_needsSummary)
                await bodies.GetSummariesAsync(_refs.AsMemory(0, count), _summaries, _blocks, cancellationToken);
            if (withTexts)
                await bodies.GetTextsAsync(_refs.AsMemory(0, count), _texts, _blocks, cancellationToken);
        }
        catch (BodyMissingException)
        {
            await ReadOneByOneAsync(open, count, withTexts);
        }

        for (var i = 0; i < count; i++)
        {
            if (open[_positions[i]] && !IsReadable(i, withTexts))
                await RebuildAsync(open, i);
        }
    }

    private async ValueTask ReadOneByOneAsync(PositionBitmap open, int count, bool withTexts)
    {
        for (var i = 0; i < count; i++)
        {
            try
            {
                if (_needsSummary)
                    await bodies.GetSummariesAsync(_refs.AsMemory(i, 1), _summaries.AsMemory(i, 1), _blocks, cancellationToken);
                if (withTexts)
                    await bodies.GetTextsAsync(_refs.AsMemory(i, 1), _texts.AsMemory(i, 1), _blocks, cancellationToken);
            }
            catch (BodyMissingException)
            {
                PassOver(open, i);
            }
        }
    }

    private bool IsReadable(int item, bool withTexts) =>
        (!_needsSummary || MessageSummary.IsReadable(_summaries[item].Span))
        && (!withTexts || SearchText.IsReadable(_texts[item].Span));

    private async ValueTask RebuildAsync(PositionBitmap open, int item)
    {
        try
        {
            (_summaries[item], _texts[item]) = await DerivedData.RebuildAsync(
                bodies, _refs[item], view.FactsAt(_positions[item]).Size, limits, cancellationToken);
        }
        catch (Exception e) when (e is BodyMissingException or BodyCorruptException)
        {
            PassOver(open, item);
        }
    }

    private void PassOver(PositionBitmap open, int item)
    {
        open.Clear(_positions[item]);
        Unreadable++;
    }

    private async ValueTask JudgeAsync(PositionBitmap open, int item, bool withTexts)
    {
        if (!open[_positions[item]] || TryJudge(open, item, withTexts))
            return;
        // The summary parses but is damaged inside.
        await RebuildAsync(open, item);
        if (open[_positions[item]] && !TryJudge(open, item, withTexts))
            PassOver(open, item);
    }

    private bool TryJudge(PositionBitmap open, int item, bool withTexts)
    {
        var position = _positions[item];
        try
        {
            var verdict = root.Evaluate(new SearchedMessage
            {
                Position = position,
                HasSummary = _needsSummary,
                Summary = _needsSummary ? MessageSummary.Parse(_summaries[item].Span) : default,
                HasText = withTexts,
                Text = withTexts ? _texts[item].Span : default,
            });
            if (verdict == Verdict.Unknown)
                return true;
            open.Clear(position);
            if (verdict == Verdict.Yes)
                found.Set(position);
            return true;
        }
        catch (SummaryFormatException)
        {
            return false;
        }
    }
}
