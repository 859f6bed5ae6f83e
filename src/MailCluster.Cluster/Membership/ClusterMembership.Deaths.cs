using MailCluster.Cluster.Peers;

namespace MailCluster.Cluster.Membership;

/// <summary>Deaths: by an expired lease, or because the process is plainly gone.</summary>
public sealed partial class ClusterMembership
{
    private readonly HashSet<Generation> _spokenTo = [];
    private readonly HashSet<Generation> _greeting = [];
    private readonly HashSet<Generation> _suspected = [];

    /// <summary>Whose connection was closed or reset at the other end, and who has not answered since.</summary>
    private readonly HashSet<Generation> _hungUp = [];
    private IPeerTransport? _peers;

    /// <summary>From now on peers are listened to for signs of death.</summary>
    internal void Watch(IPeerTransport peers)
    {
        _peers = peers;
        peers.PeerFailed += (peer, failure) =>
        {
            if (failure == PeerFailure.ProcessGone)
            {
                lock (_spokenTo)
                {
                    _hungUp.Add(peer.Generation);
                }

                Suspect(peer);
            }
        };
        WantMap();
    }

    /// <summary>What this node finds when another asks it about a member.</summary>
    internal async Task<PeerVerdict> LookAsync(Generation generation)
    {
        if (_peers is null || Map.Find(generation) is not { } member)
        {
            return PeerVerdict.Unknown;
        }

        try
        {
            await _peers.AskAsync(member, new PeerRequest(PeerRequestKind.Ping, default), _options.ProbeTimeout, _stopping.Token);
            return Answered(generation);
        }
        catch (PeerUnreachableException unreachable)
        {
            return unreachable.Failure == PeerFailure.ProcessGone || (unreachable.Failure == PeerFailure.Silent && HungUp(generation))
                ? PeerVerdict.Gone
                : PeerVerdict.Unknown;
        }
        catch (PeerLostException)
        {
            return PeerVerdict.Unknown;
        }
        catch (PeerFailedException)
        {
            // It answered, after all.
            return Answered(generation);
        }
    }

    private PeerVerdict Answered(Generation generation)
    {
        lock (_spokenTo)
        {
            _hungUp.Remove(generation);
        }

        return PeerVerdict.Alive;
    }

    /// <summary>
    /// A container that is killed takes its address along: its kernel still closes the connections, and afterwards there is nobody to refuse new ones. So
    /// silence after that says what a refusal says.
    /// </summary>
    private bool HungUp(Generation generation)
    {
        lock (_spokenTo)
        {
            return _hungUp.Contains(generation);
        }
    }

    /// <summary>Connects to every member once: a connection that there is breaks at once when its process ends.</summary>
    private void Greet(ClusterMap map)
    {
        if (_peers is null)
        {
            return;
        }

        foreach (var member in map.Members)
        {
            lock (_spokenTo)
            {
                if (member.Generation == Generation || member.Status == MemberStatus.Dead
                    || _spokenTo.Contains(member.Generation) || !_greeting.Add(member.Generation))
                {
                    continue;
                }
            }

            _ = GreetAsync(member);
        }
    }

    private async Task GreetAsync(Member member)
    {
        var verdict = PeerVerdict.Unknown;
        try
        {
            verdict = await LookAsync(member.Generation);
        }
        catch (OperationCanceledException)
        {
            // The run ends.
        }

        lock (_spokenTo)
        {
            _greeting.Remove(member.Generation);
            if (verdict == PeerVerdict.Alive)
            {
                _spokenTo.Add(member.Generation);
            }
        }
    }

    /// <summary>Declares dead whose lease has run out, if that may be believed. Returns when the next may be to be declared.</summary>
    private async Task<TimeSpan> EvictExpiredAsync(ClusterMap map)
    {
        var trusted = _options.Lease - _time.GetElapsedTime(_storeGoodSince);
        var next = TimeSpan.MaxValue;
        foreach (var member in map.Members)
        {
            if (member.Generation == Generation || member.Status == MemberStatus.Dead)
            {
                continue;
            }

            var left = Max(member.LeaseLeft + ExpirySlack, trusted + ExpirySlack);
            if (member.LeaseLeft > TimeSpan.Zero || trusted > TimeSpan.Zero || !HasLease)
            {
                next = left < next && left > TimeSpan.Zero ? left : next;
                continue;
            }

            if (await CallAsync(token => _store.MarkDeadAsync(member.Generation, onlyIfExpired: true, token)))
            {
                MembershipLog.Expired(_log, member.Node, member.Generation);
                WantMap();
            }
        }

        return next;
    }

    private void Suspect(Member member)
    {
        lock (_spokenTo)
        {
            if (Map.Find(member.Generation) is not { Status: not MemberStatus.Dead }
                || !_spokenTo.Contains(member.Generation) || !_suspected.Add(member.Generation))
            {
                return;
            }
        }

        _ = ConfirmAsync(member);
    }

    private async Task ConfirmAsync(Member member)
    {
        try
        {
            if (await IsGoneAsync(member)
                && await CallAsync(token => _store.MarkDeadAsync(member.Generation, onlyIfExpired: false, token)))
            {
                MembershipLog.Gone(_log, member.Node, member.Generation);
                WantMap();
            }

            // Our own looking for it failed, too, which is no new sign.
            await Task.Delay(_options.ProbeTimeout, _time, _stopping.Token);
        }
        catch (ClusterStoreUnavailableException)
        {
            // Who cannot reach the store declares nobody dead. The lease will tell.
        }
        catch (OperationCanceledException)
        {
            // The run ends.
        }
        finally
        {
            lock (_spokenTo)
            {
                _suspected.Remove(member.Generation);
            }
        }
    }

    private async Task<bool> IsGoneAsync(Member member)
    {
        if (await LookAsync(member.Generation) != PeerVerdict.Gone)
        {
            return false;
        }

        await ReadAfterAsync(_stopping.Token);
        var map = Map;
        if (!HasLease || map.Find(member.Generation) is not { Status: not MemberStatus.Dead })
        {
            return false;
        }

        var witnesses = map.Members.Where(other =>
            other.Generation != Generation && other.Generation != member.Generation && other.Status != MemberStatus.Dead).ToArray();
        lock (_random)
        {
            _random.Shuffle(witnesses);
        }

        foreach (var witness in witnesses)
        {
            switch (await AskAsync(witness, member.Generation))
            {
                case PeerVerdict.Gone:
                    return true;
                case PeerVerdict.Alive:
                    MembershipLog.SeenByAnother(_log, member.Node, member.Generation, witness.Node);
                    return false;
            }
        }

        // With witnesses of whom none could say, we may be the one who is cut off.
        return witnesses.Length == 0 && await IsGoneForTwoAsync(member);
    }

    /// <summary>
    /// Of two members that cannot reach each other one is to stay: the older acts at once, the younger looks again after a while, unless it is dead by
    /// then.
    /// </summary>
    private async Task<bool> IsGoneForTwoAsync(Member member)
    {
        if (Generation < member.Generation)
        {
            return true;
        }

        await Task.Delay(_options.ProbeTimeout, _time, _stopping.Token);
        await ReadAfterAsync(_stopping.Token);
        return await LookAsync(member.Generation) == PeerVerdict.Gone && HasLease
            && Map.Find(member.Generation) is { Status: not MemberStatus.Dead };
    }

    private async Task<PeerVerdict> AskAsync(Member witness, Generation about)
    {
        try
        {
            var request = new PeerRequest(PeerRequestKind.Membership, MembershipMessage.Look(about));
            var reply = await _peers!.AskAsync(witness, request, _options.ProbeTimeout * 2, _stopping.Token);
            return MembershipMessage.ReadVerdict(reply);
        }
        catch (Exception failure) when (failure is PeerUnreachableException or PeerLostException or PeerFailedException or InvalidDataException)
        {
            return PeerVerdict.Unknown;
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}

/// <summary>What a node finds when it looks for another. On the wire: numbers stay.</summary>
internal enum PeerVerdict : byte
{
    /// <summary>Cannot tell: silence, or a member it does not know.</summary>
    Unknown = 0,

    Alive = 1,

    /// <summary>Refused: nothing of that generation is there.</summary>
    Gone = 2,
}
