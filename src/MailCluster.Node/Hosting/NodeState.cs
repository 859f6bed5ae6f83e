namespace MailCluster.Node.Hosting;

/// <summary>
/// Where a node is in its life. Only forward:
/// <code>
/// Starting ──→ Serving ──→ Draining ──→ Stopped
///     └──────────────────────↗
/// </code>
/// </summary>
internal enum NodePhase
{
    /// <summary>Opens storage and listeners.</summary>
    Starting,

    /// <summary>Takes connections.</summary>
    Serving,

    /// <summary>Takes none, finishes what is in flight.</summary>
    Draining,

    /// <summary>Everything is closed.</summary>
    Stopped,
}

/// <summary>The phase, as <c>/readyz</c> and the admin API show it.</summary>
internal sealed class NodeState
{
    private int _phase;

    public NodePhase Phase => (NodePhase)Volatile.Read(ref _phase);

    /// <exception cref="InvalidOperationException">A step back, or one that stays.</exception>
    public void Advance(NodePhase next)
    {
        if (Interlocked.Exchange(ref _phase, (int)next) >= (int)next)
        {
            throw new InvalidOperationException($"a node cannot go back to {next}");
        }
    }
}
