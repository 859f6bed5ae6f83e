using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;

namespace MailCluster.Cluster;

/// <summary>This node's share of the shards: claims what is free, hands over what is too much, and everything when it leaves.</summary>
/// <remarks>
/// <para>The problem: shards are to be spread evenly over members that come and go, without one that decides, and without two that have the same one.</para>
/// <para>The steps, after each read of the map and whenever a hand-over ends:</para>
/// <list type="number">
/// <item><b>Claim</b> free shards and those of dead members up to the share. The store gives each to one claimant, whoever asks at the same time. A crash after it: they
/// are a dead member's, and claimed again.</item>
/// <item><b>Hand over</b> what is above the share (<see cref="ShardShares"/>), one at a time, the emptiest first: (a) the allocation says that the shard
/// has no home here; (b) its entities finish what they have begun, save themselves and stop; what they had not begun and what comes now waits,
/// messages of peers are answered Moved; (c) the store is told: it is the successor's; (d) the peers are told that the map changed, and messages that
/// waited go there. A crash in (a) or (b): the shard is a dead member's. In (c), not knowing whether it was heard: it is said again until it is;
/// meanwhile this node serves nothing of it. A successor that died meanwhile: the shard is free, and claimed.</item>
/// <item><b>Leave</b>: status Leaving, from which others know to take more; then step 2 for all shards, several at a time; then dead. Without another
/// member to take them, shards are left free.</item>
/// </list>
/// </remarks>
public sealed partial class ClusterNode
{
    private readonly AsyncSignal _balanceWanted = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly AsyncEvent _drained = new();
    private readonly HashSet<Generation> _buried = [];
    private Task _balancing = Task.CompletedTask;
    private int _handOvers;
    private int _draining;

    /// <summary>
    /// Hands over all shards to the other members and takes none any more, but goes on: its clients reach their accounts elsewhere. Completes when nothing
    /// is left here. Only a new run takes shards again.
    /// </summary>
    /// <param name="cancellationToken">Stops the wait, not the draining.</param>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        BeginDrain();
        return _drained.WaitAsync(cancellationToken);
    }

    /// <summary>Asks another node to drain. Returns when it has begun.</summary>
    /// <exception cref="ArgumentException">No node of that name lives.</exception>
    /// <exception cref="PeerUnreachableException">It cannot be reached.</exception>
    /// <exception cref="PeerLostException">It did not answer.</exception>
    public async Task DrainAsync(string node, CancellationToken cancellationToken)
    {
        if (node == _membership.Self.Node)
        {
            BeginDrain();
            return;
        }

        var member = _membership.Map.Members.FirstOrDefault(member => member.Node == node && member.Status != MemberStatus.Dead)
            ?? throw new ArgumentException($"No node {node} is alive.", nameof(node));
        await AskMemberAsync(member, MembershipMessage.Drain(), cancellationToken);
    }

    /// <summary>Has every member look at the shares now, which they do by themselves whenever the map changes.</summary>
    public async Task RebalanceAsync(CancellationToken cancellationToken)
    {
        _membership.WantMap();
        _balanceWanted.Set();
        await TellAllAsync(MembershipMessage.Rebalance(), cancellationToken);
    }

    /// <summary>Drains, then declares this run dead, as the last thing it does in the cluster. The region still runs meanwhile, and is stopped after it.</summary>
    /// <param name="cancellationToken">Gives up: the others find this run dead by its lease.</param>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await DrainAsync(cancellationToken);
        await StopBalancingAsync();
        await _membership.DieAsync(cancellationToken);
        await HintAsync();
    }

    private void StartBalancing() => _balancing = BalanceAsync();

    private async Task StopBalancingAsync()
    {
        _stopping.Cancel();
        await _balancing;
    }

    private void BeginDrain()
    {
        if (Interlocked.Exchange(ref _draining, 1) == 0)
        {
            MembershipLog.Draining(_log, Allocation.Ours().Kept.Count);
            _balanceWanted.Set();
        }
    }

    private async Task BalanceAsync()
    {
        var left = false;
        try
        {
            while (true)
            {
                await _balanceWanted.WaitAsync(_options.MapPoll, _time, _stopping.Token);
                try
                {
                    if (Volatile.Read(ref _draining) != 0 && !left)
                    {
                        await _membership.LeaveAsync(_stopping.Token);
                        await _membership.ReadAfterAsync(_stopping.Token);
                        left = true;
                    }

                    await BalanceOnceAsync(left);
                }
                catch (ClusterStoreUnavailableException)
                {
                    // Logged when the store was first found away; the next round tries again.
                    continue;
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    MembershipLog.BalanceFailed(_log, failure);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run ends.
        }
    }

    private async Task BalanceOnceAsync(bool left)
    {
        if (!_membership.HasLease)
        {
            return;
        }

        var shares = new ShardShares(_membership.Map);
        if (!left && shares.ToClaim(_membership.Generation) is > 0 and var wanted)
        {
            var claimed = await _membership.CallAsync(token => _store.ClaimAsync(_membership.Generation, wanted, token));
            await _membership.ReadAfterAsync(_stopping.Token);
            if (claimed.Count > 0)
            {
                MembershipLog.Claimed(_log, claimed.Count);
                _metrics.Claimed.Add(claimed.Count);
                _ = HintAsync();
            }

            return;
        }

        var limit = left ? _options.LeavingHandOversAtOnce : _options.HandOversAtOnce;
        while (Volatile.Read(ref _handOvers) < limit)
        {
            var (kept, givenUp) = Allocation.Ours();
            if (left && kept.Count == 0 && givenUp == 0 && _drained.Set())
            {
                MembershipLog.Drained(_log);
            }

            var successor = new ShardShares(_membership.Map).Successor(_membership.Generation, givenUp, left);
            if (kept.Count == 0 || (successor == Generation.None && !left))
            {
                return;
            }

            var shard = kept.MinBy(_region!.EntitiesOf);
            if (Allocation.BeginHandOver(shard, successor))
            {
                Interlocked.Increment(ref _handOvers);
                _ = HandOverAsync(shard, successor);
            }
        }
    }

    private async Task HandOverAsync(ShardId shard, Generation successor)
    {
        var begun = _time.GetTimestamp();
        try
        {
            MembershipLog.HandingOver(_log, shard, _membership.Map.Find(successor)?.Node ?? "nobody");
            await _region!.GiveUpAsync(shard);
            _metrics.HandOverSeconds.Record(_time.GetElapsedTime(begun).TotalSeconds);
        }
        catch (OperationCanceledException)
        {
            // The run ends; the shard is a dead member's then.
        }
        catch (Exception failure)
        {
            MembershipLog.HandOverFailed(_log, shard, failure);
        }
        finally
        {
            Interlocked.Decrement(ref _handOvers);
            _balanceWanted.Set();
            _ = HintAsync();
        }
    }

    /// <summary>Tells the peers that the map has changed. The store tells them, too; whichever is first.</summary>
    private Task HintAsync() => TellAllAsync(MembershipMessage.MapChanged(_membership.Map.Version), CancellationToken.None);

    private Task TellAllAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        TellAllAsync(new PeerRequest(PeerRequestKind.Membership, message), FeatureLevel.Mail, cancellationToken);

    private async Task TellAllAsync(PeerRequest request, int level, CancellationToken cancellationToken) => await Task.WhenAll(
        from member in _membership.Map.Members
        where member.Status != MemberStatus.Dead && member.Generation != _membership.Generation && member.Level >= level
        select TellAsync(member, request, cancellationToken));

    private async Task TellAsync(Member member, PeerRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await _peers!.AskAsync(member, request, _options.ProbeTimeout, cancellationToken);
        }
        catch (Exception failure) when (failure is PeerUnreachableException or PeerLostException or PeerFailedException)
        {
            MembershipLog.NotTold(_log, member.Node, failure.Message);
        }
    }

    private async Task AskMemberAsync(Member member, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        await _peers!.AskAsync(member, new PeerRequest(PeerRequestKind.Membership, message), _options.ProbeTimeout, cancellationToken);
}
