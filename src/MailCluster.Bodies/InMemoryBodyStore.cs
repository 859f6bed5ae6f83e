using System.Collections.Concurrent;

namespace MailCluster.Bodies;

/// <summary>
/// The body store of tests and examples: complete, in memory, gone with the process. References are numbered from 1; a released body stays
/// readable until <see cref="Collect"/> is called with a time at or past its free-after time.
/// </summary>
public sealed class InMemoryBodyStore : IBodyStore, IBodyStoreCheck
{
    private readonly ConcurrentDictionary<BodyRef, Entry> _entries = new();
    private ulong _last;

    /// <summary>Bodies held, released ones included until they are collected.</summary>
    public int Count => _entries.Count;

    /// <summary>When true every put fails, as on a full disk.</summary>
    public bool Unavailable { get; set; }

    public ValueTask<BodyRef> PutAsync(NewBody message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Unavailable)
            return ValueTask.FromException<BodyRef>(new BodyStoreUnavailableException("The body store is switched off."));
        var body = new BodyRef(Interlocked.Increment(ref _last));
        _entries[body] = new Entry(
            message.Owner, message.EmailId, message.Summary.ToArray(), message.Text.ToArray(), message.Body.ToArray(), DateTimeOffset.MaxValue);
        return ValueTask.FromResult(body);
    }

    public ValueTask GetSummariesAsync(
        ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, CancellationToken cancellationToken)
    {
        for (var i = 0; i < bodies.Length; i++)
        {
            if (!_entries.TryGetValue(bodies.Span[i], out var entry))
                return ValueTask.FromException(new BodyMissingException(bodies.Span[i]));
            summaries.Span[i] = entry.Summary;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask GetTextsAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, CancellationToken cancellationToken)
    {
        for (var i = 0; i < bodies.Length; i++)
        {
            if (!_entries.TryGetValue(bodies.Span[i], out var entry))
                return ValueTask.FromException(new BodyMissingException(bodies.Span[i]));
            texts.Span[i] = entry.Text;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<long> GetLengthAsync(BodyRef body, CancellationToken cancellationToken) =>
        _entries.TryGetValue(body, out var entry)
            ? ValueTask.FromResult((long)entry.Body.Length)
            : ValueTask.FromException<long>(new BodyMissingException(body));

    public ValueTask<int> ReadAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (!_entries.TryGetValue(body, out var entry))
            return ValueTask.FromException<int>(new BodyMissingException(body));
        if (offset >= entry.Body.Length)
            return ValueTask.FromResult(0);
        var rest = entry.Body.AsSpan((int)offset);
        var count = Math.Min(rest.Length, destination.Length);
        rest[..count].CopyTo(destination.Span);
        return ValueTask.FromResult(count);
    }

    public ValueTask ReleaseAsync(ReadOnlyMemory<BodyRef> bodies, DateTimeOffset freeAfter, CancellationToken cancellationToken)
    {
        foreach (var body in bodies.Span)
        {
            while (_entries.TryGetValue(body, out var entry) && entry.FreeAfter == DateTimeOffset.MaxValue
                   && !_entries.TryUpdate(body, entry with { FreeAfter = freeAfter }, entry))
                continue;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Removes the released bodies whose time has come, and returns how many they were.</summary>
    public int Collect(DateTimeOffset now)
    {
        var freed = 0;
        foreach (var (body, entry) in _entries)
        {
            if (entry.FreeAfter <= now && _entries.TryRemove(body, out _))
                freed++;
        }

        return freed;
    }

    public async IAsyncEnumerable<BodyRecord> EnumerateAsync(
        bool verify, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var (body, entry) in _entries.OrderBy(static pair => pair.Key.Value))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new BodyRecord(
                body, entry.Owner, entry.EmailId, entry.Body.Length, entry.FreeAfter != DateTimeOffset.MaxValue, BodyCondition.Sound);
        }
    }

    public ValueTask<BodyCondition> VerifyAsync(BodyRef body, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_entries.ContainsKey(body) ? BodyCondition.Sound : BodyCondition.Missing);

    private sealed record Entry(string Owner, Guid EmailId, byte[] Summary, byte[] Text, byte[] Body, DateTimeOffset FreeAfter);
}
