using MailCluster.Bodies;

namespace MailCluster.Imap.Tests.Fetch;

/// <summary>Bodies in memory; any of them can be damaged.</summary>
internal sealed class TestBodies : IBodyStore
{
    private readonly List<(byte[] Summary, byte[] Text, byte[] Body)> _entries = [];
    private readonly Dictionary<BodyRef, long> _damagedFrom = [];

    /// <summary>Reads of summaries, texts and bodies.</summary>
    public int Reads { get; private set; }

    /// <summary>Texts read.</summary>
    public int TextsRead { get; private set; }

    /// <summary>Summaries read.</summary>
    public int SummariesRead { get; private set; }

    public BodyRef Put(byte[] summary, byte[] text, byte[] body)
    {
        _entries.Add((summary, text, body));
        return new BodyRef((ulong)_entries.Count);
    }

    /// <summary>From the offset on the body cannot be read.</summary>
    public void Damage(BodyRef body, long from = 0) => _damagedFrom[body] = from;

    public ValueTask<BodyRef> PutAsync(NewBody message, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Put(message.Summary.ToArray(), message.Text.ToArray(), message.Body.ToArray()));

    public ValueTask GetSummariesAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, CancellationToken cancellationToken)
    {
        SummariesRead += bodies.Length;
        return GetAll(bodies, summaries, static entry => entry.Summary);
    }

    public ValueTask GetTextsAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, CancellationToken cancellationToken)
    {
        TextsRead += bodies.Length;
        return GetAll(bodies, texts, static entry => entry.Text);
    }

    public ValueTask<long> GetLengthAsync(BodyRef body, CancellationToken cancellationToken) => TryGet(body, out var entry)
        ? ValueTask.FromResult((long)entry.Body.Length)
        : ValueTask.FromException<long>(new BodyMissingException(body));

    public ValueTask<int> ReadAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Reads++;
        if (!TryGet(body, out var entry))
            return ValueTask.FromException<int>(new BodyMissingException(body));
        if (_damagedFrom.TryGetValue(body, out var from) && offset + destination.Length > from)
            return ValueTask.FromException<int>(new BodyCorruptException(body, "test"));
        var length = (int)Math.Min(destination.Length, Math.Max(0, entry.Body.Length - offset));
        entry.Body.AsMemory((int)Math.Min(offset, entry.Body.Length), length).CopyTo(destination);
        return ValueTask.FromResult(length);
    }

    public ValueTask ReleaseAsync(ReadOnlyMemory<BodyRef> bodies, DateTimeOffset freeAfter, CancellationToken cancellationToken) => default;

    private ValueTask GetAll(
        ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> results, Func<(byte[] Summary, byte[] Text, byte[] Body), byte[]> select)
    {
        Reads++;
        for (var i = 0; i < bodies.Length; i++)
        {
            if (!TryGet(bodies.Span[i], out var entry))
                return ValueTask.FromException(new BodyMissingException(bodies.Span[i]));
            results.Span[i] = select(entry);
        }

        return default;
    }

    private bool TryGet(BodyRef body, out (byte[] Summary, byte[] Text, byte[] Body) entry)
    {
        var found = body.Value - 1 < (ulong)_entries.Count;
        entry = found ? _entries[(int)body.Value - 1] : default;
        return found;
    }
}
