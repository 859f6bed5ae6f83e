using System.Runtime.CompilerServices;

namespace MailCluster.Persistence.InMemory;

/// <summary>The index in memory.</summary>
public sealed class InMemoryOutboxIndex : IOutboxIndex
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, DateTimeOffset> _actors = new(StringComparer.Ordinal);

    public ValueTask AddAsync(PersistenceId actor, DateTimeOffset time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_actors.TryGetValue(actor.Value, out var added) || added < time)
            {
                _actors[actor.Value] = time;
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> RemoveAsync(PersistenceId actor, DateTimeOffset addedBefore, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var isThere = _actors.TryGetValue(actor.Value, out var added);
            return ValueTask.FromResult(!isThere || (added < addedBefore && _actors.Remove(actor.Value)));
        }
    }

    public async IAsyncEnumerable<PersistenceId> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] actors;
        lock (_lock)
        {
            actors = [.. _actors.Keys];
        }

        foreach (var actor in actors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new PersistenceId(actor);
        }

        await ValueTask.CompletedTask;
    }
}
