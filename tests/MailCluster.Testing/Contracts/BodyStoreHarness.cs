using MailCluster.Bodies;

namespace MailCluster.Testing.Contracts;

/// <summary>One body store under test, and what a test needs to do to it from outside.</summary>
public abstract class BodyStoreHarness : IAsyncDisposable
{
    public abstract IBodyStore Store { get; }

    public abstract IBodyStoreCheck Check { get; }

    /// <summary>Closes the store and opens it again over the same data, as a restart does. The ports above are then new objects.</summary>
    public abstract ValueTask ReopenAsync();

    /// <summary>Lets the store remove what may be removed at <paramref name="now"/>.</summary>
    public abstract ValueTask CollectAsync(DateTimeOffset now);

    public abstract ValueTask DisposeAsync();
}

/// <summary>The store in memory. A restart keeps it, since there is nothing else to keep.</summary>
public sealed class InMemoryBodyStoreHarness : BodyStoreHarness
{
    private readonly InMemoryBodyStore _store = new();

    public override IBodyStore Store => _store;

    public override IBodyStoreCheck Check => _store;

    public override ValueTask ReopenAsync() => ValueTask.CompletedTask;

    public override ValueTask CollectAsync(DateTimeOffset now)
    {
        _store.Collect(now);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
