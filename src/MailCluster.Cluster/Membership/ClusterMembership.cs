using System.Collections.Immutable;
using MailCluster.Cluster.Peers;
using Microsoft.Extensions.Logging;

namespace MailCluster.Cluster.Membership;

/// <summary>
/// One run of this node as a member of its cluster: joins, keeps its lease, follows the map, and declares members dead that are.
/// </summary>
/// <remarks>
/// <para>The problem: nodes come, go, crash, freeze and are cut off; each account is to have one owner all the while, and a new one soon after the old
/// is gone. No node can tell a dead peer from one that it cannot hear.</para>
/// <para>What is relied on is the store (PostgreSQL), not clocks, not silence, not agreement among nodes. The steps:</para>
/// <list type="number">
/// <item><b>Join.</b> A new generation; every earlier run of the same node is dead from then on. A crash before the answer leaves a member whose lease
/// runs out.</item>
/// <item><b>Renew</b> at a third of the lease. The node counts its lease from when it <i>sent</i> the renewal, on its monotonic clock, less a margin, so by its
/// own count it ends before the store's. Past that, <see cref="ServesUntil"/>, it serves nothing: not by a timer, which would be late after a pause, but
/// because every message is held against that time as it arrives. Renewed and not declared dead meanwhile, it goes on where it
/// was: nobody can have taken its shards, since shards change hands only by their living owner or from a dead one.</item>
/// <item><b>Read the map</b> when told that it changed (by the store, or by a peer, whichever is first), and by poll. A map is used only if it is newer than the one
/// before. One that says that this generation is dead, or that there is a newer run, ends this one: <c>Superseded</c>.</item>
/// <item><b>Declare dead.</b> A member whose lease has run out by the store's clock, as the store itself checks in the same step. Or a member whose
/// process is plainly gone: its connection was reset, it refuses another one, and, in a cluster of three or more, another member that is asked finds
/// the same. When that is done no write of it can land any more; its shards are claimed, and those who claim them read all it ever acknowledged.</item>
/// </list>
/// <para><b>A sick node does not evict healthy ones.</b> Silence is judged by the store's clock alone, however late our timers are. A node for which
/// the store was away, or which was away itself, waits a whole lease before it believes an end of a lease: in an outage all leases run out, and whoever came
/// back first would evict the rest. Early eviction takes a positive sign (refused, reset) of a member with which this node has spoken before: a
/// firewall that refuses everything evicts nobody twice. And a node does it only while it holds a lease itself.</para>
/// <para><b>What a crash leaves.</b> Of this node: its row with a lease that runs out, its shards with a dead owner. Between declaring a peer dead and claiming
/// its shards: shards that any member claims. A wrong verdict costs a restart of the evicted node, never data: the fence is in the journal's
/// write, not here (ADR 0013).</para>
/// <para>In the way of Orleans' membership (one table that orders all views) and of Akka's lease.</para>
/// </remarks>
public sealed partial class ClusterMembership : IAsyncDisposable
{
    private readonly IClusterStore _store;
    private readonly ClusterNodeOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly AsyncSignal _mapWanted = new();
    private IAsyncDisposable? _watching;
    private Task _running = Task.CompletedTask;
    private ClusterMap _map = new(0, [], []);
    private int _superseded;

    internal ClusterMembership(
        IClusterStore store, ClusterNodeOptions options, TimeProvider time, Random random, ILogger log)
    {
        _store = store;
        _options = options;
        _time = time;
        _random = random;
        _log = log;
    }

    /// <summary>The map changed. Raised on the membership's own loop, one at a time; handlers return at once.</summary>
    internal event Action<ClusterMap>? MapRead;

    /// <summary>Another run, or another node, took over: nothing is served any more.</summary>
    internal event Action<string>? Superseded;

    /// <summary>This run's number; <see cref="Generation.None"/> before it has joined.</summary>
    public Generation Generation { get; private set; }

    /// <summary>What this node registered.</summary>
    public MemberRegistration Self { get; private set; } = new("", "", NodeRoles.None, "");

    /// <summary>The newest map read. Empty before the first.</summary>
    public ClusterMap Map => Volatile.Read(ref _map);

    /// <summary>Declared dead, or replaced by a newer run: the process is to end.</summary>
    public bool IsSuperseded => Volatile.Read(ref _superseded) != 0;

    /// <summary>How many reads of the map have begun. A map whose read began after something shows it.</summary>
    internal long ReadsBegun { get; private set; }

    /// <summary>Starts a new run. Tries again while the store cannot be reached.</summary>
    /// <exception cref="ClusterLevelException">The cluster's level and what this node speaks do not go together.</exception>
    internal async Task JoinAsync(MemberRegistration self, CancellationToken cancellationToken)
    {
        Self = self;
        while (true)
        {
            var sent = _time.GetTimestamp();
            try
            {
                Generation = await _store.JoinAsync(self, _options.Lease, cancellationToken);
                StartLease(sent);
                await FindLevelAsync(cancellationToken);
                break;
            }
            catch (ClusterStoreUnavailableException unavailable)
            {
                MembershipLog.CannotJoin(_log, self.Node, unavailable);
                await Task.Delay(_options.RenewInterval, _time, cancellationToken);
            }
        }

        MembershipLog.Joined(_log, self.Node, Generation, self.Address, self.Roles);
        _watching = _store.Watch(_mapWanted.Set);
        _running = Task.WhenAll(RenewAsync(), FollowMapAsync());
    }

    /// <summary>Reads the map soon.</summary>
    internal void WantMap() => _mapWanted.Set();

    /// <summary>Says Leaving to the store, again until it is heard.</summary>
    internal Task LeaveAsync(CancellationToken cancellationToken) => RepeatAsync(
        async token =>
        {
            await _store.LeaveAsync(Generation, token);
            return true;
        },
        cancellationToken);

    /// <summary>The last thing that a run does when it has handed over everything.</summary>
    internal async Task DieAsync(CancellationToken cancellationToken)
    {
        _stopping.Cancel();
        await _running;
        Lapse();
        try
        {
            await _store.MarkDeadAsync(Generation, onlyIfExpired: false, cancellationToken);
            MembershipLog.Left(_log, Self.Node, Generation);
        }
        catch (ClusterStoreUnavailableException away)
        {
            MembershipLog.LeftUnsaid(_log, Self.Node, Generation, away);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        await _running;
        Lapse();
        if (_watching is { } watching)
        {
            _watching = null;
            await watching.DisposeAsync();
        }

        _lapse?.Dispose();
    }

    /// <summary>What a call of the store may take: a call that hangs must not keep the next renewal.</summary>
    internal async Task<T> CallAsync<T>(Func<CancellationToken, ValueTask<T>> call)
    {
        using var late = new CancellationTokenSource(_options.RenewInterval, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopping.Token);
        try
        {
            var result = await call(either.Token);
            StoreAnswered();
            return result;
        }
        catch (OperationCanceledException slow) when (!_stopping.IsCancellationRequested)
        {
            StoreFailed(slow);
            throw new ClusterStoreUnavailableException("The store did not answer in time.", slow);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            StoreFailed(failure);
            throw failure as ClusterStoreUnavailableException ?? new ClusterStoreUnavailableException(failure.Message, failure);
        }
    }

    /// <summary>As <see cref="CallAsync"/>, again until it succeeds, the run ends, or it is cancelled.</summary>
    internal async Task<T> RepeatAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await CallAsync(call);
            }
            catch (ClusterStoreUnavailableException)
            {
                // Logged when the store was first found away.
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
                await Task.Delay(Jitter(_options.RenewInterval / 4), _time, either.Token);
            }
        }
    }

    /// <summary>The run is over. The journal learned it, or the map says so.</summary>
    internal void Supersede(string reason)
    {
        if (Interlocked.Exchange(ref _superseded, 1) != 0)
        {
            return;
        }

        Lapse();
        MembershipLog.Superseded(_log, Self.Node, Generation, reason);
        _stopping.Cancel();
        Superseded?.Invoke(reason);
    }

    /// <summary>A fifth more or less, so that nodes do not act in step.</summary>
    internal TimeSpan Jitter(TimeSpan time)
    {
        lock (_random)
        {
            return time * (0.8 + (0.4 * _random.NextDouble()));
        }
    }
}
