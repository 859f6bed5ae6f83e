using System.Collections.Immutable;
using MailCluster.Sieve.Running;

namespace MailCluster.Sieve;

/// <summary>
/// Runs programs over messages. Whatever a script or a message holds, a run ends within its limits with an outcome in which the message has a place: what
/// goes wrong in a stage costs the actions of that stage, and the message is kept. Only cancellation leaves without an outcome.
/// <para>Safe for use from several threads if the host is.</para>
/// </summary>
public sealed class SieveInterpreter
{
    private readonly SieveRunLimits _limits;
    private readonly ISieveHost _host;
    private readonly SieveRunOptions _options;
    private readonly TimeProvider _time;

    /// <param name="time">The clock of <c>currentdate</c>, of the zone that counts as local, and of the limits.</param>
    public SieveInterpreter(SieveRunLimits limits, ISieveHost host, SieveRunOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(host);
        _limits = limits;
        _host = host;
        _options = options ?? SieveRunOptions.Default;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>
    /// The flags that the message has before the first script (RFC 6785 §3.8): none at a delivery. A keep has them too, unless the script changes them.
    /// </summary>
    public ImmutableArray<string> InitialFlags { get; init; } = [];

    /// <summary>
    /// Runs stages in order; the next one only if the one before has left a keep in effect, implicit or asked for. The last one's keep is the outcome's. An error ends the
    /// run: the actions of the stages before stay, those of the stage are dropped, the message is kept as it was delivered.
    /// </summary>
    /// <param name="trace">Told what is done; null costs nothing.</param>
    public ValueTask<SieveOutcome> RunAsync(
        IReadOnlyList<SieveStage> stages, SieveMessage message, SieveEnvelope envelope, ISieveTrace? trace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stages);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(envelope);
        return new SieveRun(_limits, _host, _options, _time, message, envelope, InitialFlags, trace, cancellationToken).RunAsync(stages, cancellationToken);
    }
}
