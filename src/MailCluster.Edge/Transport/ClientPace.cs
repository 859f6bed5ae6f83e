using System.Diagnostics;

namespace MailCluster.Edge.Transport;

/// <summary>
/// Whether a client is worth waiting for awake: it was, many times in a row, so quick to answer that a thread would hardly have fallen asleep. A wait in vain makes it
/// prove itself twice as long the next time, so what such waits cost is bounded, and small for a client that is never quick enough.
/// </summary>
/// <param name="quick">What counts as quick, in ticks of <see cref="Stopwatch"/>; with the time that waking a thread takes. 0 = no client is.</param>
internal struct ClientPace(long quick)
{
    /// <summary>Quick answers in a row after which a client is waited for.</summary>
    public const int ProofMin = 16;

    private const int ProofMax = 4096;

    private int _proof = ProofMin;
    private int _run;
    private long _begun;

    public readonly bool IsQuick => _run >= _proof;

    /// <summary>The client's turn begins.</summary>
    public void Begin() => _begun = quick > 0 ? Stopwatch.GetTimestamp() : 0;

    /// <summary>The client has answered, and was waited for asleep.</summary>
    public void End()
    {
        if (quick == 0)
            return;
        _run = Stopwatch.GetTimestamp() - _begun <= quick ? Math.Min(_run + 1, ProofMax) : 0;
    }

    /// <summary>The client has answered, and was waited for awake.</summary>
    public void Met()
    {
        _run = Math.Min(_run + 1, ProofMax * 2);
        if (_run >= _proof * 2)
            _proof = ProofMin;
    }

    /// <summary>It was waited for in vain.</summary>
    public void Missed()
    {
        _run = 0;
        _proof = Math.Min(_proof * 2, ProofMax);
    }
}
