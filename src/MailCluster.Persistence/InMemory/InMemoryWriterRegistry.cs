namespace MailCluster.Persistence.InMemory;

/// <summary>Generations in memory. The journal and the snapshots of the same process write under its lock, which makes the fence part of the write.</summary>
public sealed class InMemoryWriterRegistry : IWriterRegistry
{
    private readonly Dictionary<string, WriterGeneration> _current = new(StringComparer.Ordinal);
    private readonly HashSet<WriterGeneration> _alive = [];
    private long _last;

    /// <summary>Held while a write checks its generation and stores.</summary>
    internal Lock Guard { get; } = new();

    public ValueTask<WriterGeneration> RegisterAsync(string nodeName, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (Guard)
        {
            if (_current.TryGetValue(nodeName, out var earlier))
            {
                _alive.Remove(earlier);
            }

            var generation = new WriterGeneration(++_last);
            _current[nodeName] = generation;
            _alive.Add(generation);
            return ValueTask.FromResult(generation);
        }
    }

    public ValueTask FenceAsync(WriterGeneration generation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (Guard)
        {
            _alive.Remove(generation);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> IsAliveAsync(WriterGeneration generation, CancellationToken cancellationToken)
    {
        lock (Guard)
        {
            return ValueTask.FromResult(_alive.Contains(generation));
        }
    }

    /// <summary>Called with <see cref="Guard"/> held.</summary>
    internal void ThrowIfDead(WriterGeneration generation)
    {
        if (!_alive.Contains(generation))
        {
            throw new WriterFencedException(generation);
        }
    }
}
