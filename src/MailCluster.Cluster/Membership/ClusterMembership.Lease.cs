namespace MailCluster.Cluster.Membership;

/// <summary>The lease: when it was sent for, until when it lets this node serve.</summary>
public sealed partial class ClusterMembership
{
    private long _servesUntil = long.MinValue;
    private long _storeGoodSince;
    private bool _storeAway;
    private ITimer? _lapse;
    private bool _lapsed;

    /// <summary>The lease was extended, or is over (<see cref="long.MinValue"/>): the timestamp until which this node serves.</summary>
    internal event Action<long>? LeaseChanged;

    /// <summary>Timestamp of this node's clock until which it may serve.</summary>
    internal long ServesUntil => Volatile.Read(ref _servesUntil);

    /// <summary>Holds a lease now. Without one this node serves nothing.</summary>
    public bool HasLease => _time.GetTimestamp() < ServesUntil;

    /// <summary>Until this node stops serving unless it renews; zero when it has.</summary>
    public TimeSpan LeaseLeft
    {
        get
        {
            var left = ServesUntil == long.MinValue ? TimeSpan.Zero : _time.GetElapsedTime(_time.GetTimestamp(), ServesUntil);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private void StartLease(long sent)
    {
        _storeGoodSince = sent;
        _lapse = _time.CreateTimer(static state => ((ClusterMembership)state!).Lapsed(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Extend(sent);
    }

    private async Task RenewAsync()
    {
        try
        {
            var wait = _options.RenewInterval;
            while (true)
            {
                await Task.Delay(wait, _time, _stopping.Token);
                var sent = _time.GetTimestamp();
                try
                {
                    if (!await CallAsync(token => _store.RenewAsync(Generation, _options.Lease, token)))
                    {
                        Supersede("the store says that it is dead");
                        return;
                    }

                    Extend(sent);
                    wait = _options.RenewInterval;
                }
                catch (ClusterStoreUnavailableException)
                {
                    // Logged when the store was first found away. Sooner than usual: every moment without a lease is one without service.
                    wait = Jitter(_options.RenewInterval / 4);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run ends.
        }
    }

    private void Extend(long sent)
    {
        var length = _options.Lease - _options.LeaseMargin;
        var until = sent + (long)(length.TotalSeconds * _time.TimestampFrequency);
        var now = _time.GetTimestamp();
        if (until <= now || IsSuperseded)
        {
            // The answer took longer than the lease: what it says is over.
            return;
        }

        if (_lapsed || (ServesUntil != long.MinValue && ServesUntil <= now))
        {
            // We were away, or the store was; so may all others have been.
            _lapsed = false;
            _storeGoodSince = now;
            MembershipLog.LeaseRegained(_log, Self.Node, Generation);
        }

        Volatile.Write(ref _servesUntil, until);
        _lapse?.Change(_time.GetElapsedTime(now, until), Timeout.InfiniteTimeSpan);
        LeaseChanged?.Invoke(until);
        if (IsSuperseded)
        {
            Lapse();
        }
    }

    private void Lapsed()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        if (LeaseLeft is var left && left > TimeSpan.Zero)
        {
            // Renewed meanwhile, or the timer, which counts whole milliseconds, was a little early.
            _lapse?.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            return;
        }

        _lapsed = true;
        MembershipLog.LeaseLost(_log, Self.Node, Generation);
    }

    private void Lapse()
    {
        Volatile.Write(ref _servesUntil, long.MinValue);
        LeaseChanged?.Invoke(long.MinValue);
    }

    private void StoreAnswered()
    {
        if (_storeAway)
        {
            _storeAway = false;
            _storeGoodSince = _time.GetTimestamp();
            MembershipLog.StoreBack(_log);
        }
    }

    private void StoreFailed(Exception failure)
    {
        if (!_storeAway)
        {
            _storeAway = true;
            MembershipLog.StoreAway(_log, failure);
        }
    }
}
