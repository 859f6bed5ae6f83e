using System.Diagnostics;

namespace MailCluster.Edge.Transport;

/// <summary>
/// Whether a client is worth waiting for awake: it has credit, for answers so quick that a thread would hardly have fallen asleep. A slow answer, or a wait in vain, costs as much
/// as sixteen quick ones give; so the waits in vain are one in sixteen at most, and a client that hesitates now and then keeps its credit.
/// </summary>
/// <param name="quick">What counts as quick, in ticks of <see cref="Stopwatch"/>; with the time that waking a thread takes. 0 = no client is.</param>
internal struct ClientPace(long quick)
{
    /// <summary>Quick answers after which a client is waited for, and what a slow one costs.</summary>
    public const int CreditMin = 16;

    private const int CreditMax = 4 * CreditMin;

    private int _credit;
    private long _begun;

    public readonly bool IsQuick => _credit >= CreditMin;

    /// <summary>The client's turn begins.</summary>
    public void Begin() => _begun = quick > 0 ? Stopwatch.GetTimestamp() : 0;

    /// <summary>The client has answered, and was waited for asleep.</summary>
    public void End()
    {
        if (quick == 0)
            return;
        if (Stopwatch.GetTimestamp() - _begun <= quick)
            Met();
        else
            Missed();
    }

    /// <summary>The client has answered, and was waited for awake.</summary>
    public void Met() => _credit = Math.Min(_credit + 1, CreditMax);

    /// <summary>It was waited for in vain.</summary>
    public void Missed() => _credit = Math.Max(_credit - CreditMin, 0);
}
