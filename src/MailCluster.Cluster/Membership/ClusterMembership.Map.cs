namespace MailCluster.Cluster.Membership;

/// <summary>The map: read when it changed, when it was to be expected to, and now and then.</summary>
public sealed partial class ClusterMembership
{
    /// <summary>After the end of a lease by the store's clock it is looked for so much later, so that it has ended.</summary>
    private static readonly TimeSpan ExpirySlack = TimeSpan.FromMilliseconds(20);

    private AsyncEvent _read = new();

    /// <summary>Completes when a map has been used whose read began after this call.</summary>
    internal async Task ReadAfterAsync(CancellationToken cancellationToken)
    {
        var begun = ReadsBegun;
        while (true)
        {
            var next = Volatile.Read(ref _read);
            if (ReadsUsed > begun)
            {
                return;
            }

            _mapWanted.Set();
            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The number of the read whose map is in use.</summary>
    internal long ReadsUsed { get; private set; }

    private async Task FollowMapAsync()
    {
        try
        {
            var wait = TimeSpan.Zero;
            while (true)
            {
                if (wait > TimeSpan.Zero)
                {
                    await _mapWanted.WaitAsync(wait, _time, _stopping.Token);
                }

                try
                {
                    wait = await ReadMapAsync();
                }
                catch (ClusterStoreUnavailableException)
                {
                    // Logged when the store was first found away.
                    await Task.Delay(Jitter(_options.RenewInterval / 4), _time, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run ends.
        }
    }

    /// <summary>Reads the map and acts on it. Returns when to read it again without notice.</summary>
    private async Task<TimeSpan> ReadMapAsync()
    {
        var read = ++ReadsBegun;
        var map = await CallAsync(_store.ReadAsync);
        if (map.Version < Map.Version)
        {
            // Of a reader that lags behind; what we have is newer.
            return Jitter(_options.MapPoll);
        }

        if (map.Find(Generation) is not { Status: not MemberStatus.Dead })
        {
            Supersede(map.Find(Generation) is null ? "there is a newer run of this node" : "it was declared dead");
            return _options.MapPoll;
        }

        TellChanges(Map, map);
        Volatile.Write(ref _map, map);
        await FollowLevelAsync(map);
        ReadsUsed = read;
        MapRead?.Invoke(map);
        Interlocked.Exchange(ref _read, new AsyncEvent()).Set();
        Greet(map);
        var expiry = await EvictExpiredAsync(map);
        var poll = Jitter(_options.MapPoll);
        return expiry < poll ? expiry : poll;
    }

    private void TellChanges(ClusterMap before, ClusterMap after)
    {
        if (before.Version == after.Version)
        {
            return;
        }

        foreach (var member in after.Members)
        {
            if (member.Generation != Generation && before.Find(member.Generation)?.Status != member.Status)
            {
                MembershipLog.MemberChanged(_log, member.Node, member.Generation, member.Status, member.Address);
            }
        }
    }
}
