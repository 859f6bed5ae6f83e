using MailCluster.Bodies;

namespace MailCluster.Pop3.Tests.Support;

/// <summary>A body store in memory whose reads fail when a test says so.</summary>
internal sealed class FailingBodies : IBodyStore
{
    private readonly InMemoryBodyStore _inner = new();

    /// <summary>What reads of bodies fail with.</summary>
    public Func<BodyRef, Exception>? Failure { get; set; }

    /// <summary>Where in a body failures begin.</summary>
    public long FailAt { get; set; }

    public ValueTask<BodyRef> PutAsync(NewBody message, CancellationToken cancellationToken) => _inner.PutAsync(message, cancellationToken);

    public ValueTask GetSummariesAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, CancellationToken cancellationToken) =>
        _inner.GetSummariesAsync(bodies, summaries, cancellationToken);

    public ValueTask GetTextsAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, CancellationToken cancellationToken) =>
        _inner.GetTextsAsync(bodies, texts, cancellationToken);

    public ValueTask<long> GetLengthAsync(BodyRef body, CancellationToken cancellationToken) => _inner.GetLengthAsync(body, cancellationToken);

    public ValueTask<int> ReadAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        Failure is not null && offset >= FailAt ? throw Failure(body) : _inner.ReadAsync(body, offset, destination, cancellationToken);

    public ValueTask ReleaseAsync(ReadOnlyMemory<BodyRef> bodies, DateTimeOffset freeAfter, CancellationToken cancellationToken) =>
        _inner.ReleaseAsync(bodies, freeAfter, cancellationToken);
}
