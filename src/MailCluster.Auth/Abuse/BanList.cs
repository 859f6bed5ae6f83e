using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Abuse;

/// <summary>
/// Who is not let in, as this node knows it. Asked for each connection, so the answer comes from memory: a table that is replaced as a whole. The store is read at
/// the start, when another node says that it changed, and now and then besides; while it cannot be read, what is known stays in force.
/// </summary>
/// <remarks>
/// A ban that this node makes is in force at once, before it is stored: a database that is away does not open the door. It is then written again with each
/// reading until that succeeds.
/// </remarks>
public sealed class BanList : IDisposable
{
    private readonly IBanStore _store;
    private readonly INeighbours _neighbours;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ClientNetwork[] _allowed;
    private readonly int _ipv6PrefixLength;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _reading;
    private readonly Dictionary<ClientNetwork, Ban> _unstored = [];
    private BanTable _table = BanTable.Empty;
    private bool _isAway;
    private long _made;
    private int _waiting;

    /// <param name="options">Who is never banned; how often the store is read.</param>
    /// <param name="store">Where bans are kept.</param>
    /// <param name="neighbours">Who is told of changes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">For bans, and for a store that is away.</param>
    public BanList(AbuseOptions options, IBanStore store, INeighbours neighbours, TimeProvider time, ILogger<BanList> log)
    {
        _store = store;
        _neighbours = neighbours;
        _time = time;
        _log = log;
        _allowed = [.. options.Allowed.Select(text => ClientNetwork.Parse(text) ?? throw new ArgumentException($"{text} is no network", nameof(options)))];
        _ipv6PrefixLength = options.Ipv6PrefixLength;
        neighbours.Told += OnTold;
        _reading = time.CreateTimer(_ => _ = ReadAsync(), null, TimeSpan.Zero, options.ReadInterval);
    }

    /// <summary>Raised when clients were banned that were not before; on any thread.</summary>
    public event Action<ClientNetwork>? Banned;

    /// <summary>Bans in force.</summary>
    public int Count => Volatile.Read(ref _table).Bans.Count(ban => !ban.IsOver(_time.GetUtcNow()));

    /// <summary>Bans that this node made by itself since it started.</summary>
    public long Made => Interlocked.Read(ref _made);

    /// <summary>Bans of this node that could not be stored yet.</summary>
    public int Unstored => Volatile.Read(ref _waiting);

    /// <summary>True for a client that is not to be let in.</summary>
    public bool IsBanned(System.Net.IPAddress address)
    {
        var table = Volatile.Read(ref _table);
        return !table.IsEmpty && table.Find(ClientNetwork.Of(address, 128)) is { } ban && !ban.IsOver(_time.GetUtcNow()) && !IsAllowed(ban, address);
    }

    /// <summary>True for a network that no automatic ban touches.</summary>
    public bool IsAllowed(ClientNetwork network) => Array.Exists(_allowed, allowed => allowed.Contains(network));

    /// <summary>Reads the store and returns what is in force, oldest first.</summary>
    /// <exception cref="BanStoreException">It cannot be read.</exception>
    public async ValueTask<IReadOnlyList<Ban>> ListAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        var now = _time.GetUtcNow();
        return [.. Volatile.Read(ref _table).Bans.Where(ban => !ban.IsOver(now)).OrderBy(ban => ban.Since)];
    }

    /// <summary>Bans by hand: stored before it returns, in force on this node at once and on all others in a moment.</summary>
    /// <exception cref="BanStoreException">It cannot be stored; it is not in force then.</exception>
    public async ValueTask AddAsync(Ban ban, CancellationToken cancellationToken)
    {
        await _store.PutAsync(ban, _time.GetUtcNow(), cancellationToken);
        Put(ban);
        TellOthers(ban.Network);
    }

    /// <summary>Lifts a ban, also one that this node could not store. False: there was none.</summary>
    /// <exception cref="BanStoreException">The store cannot be changed.</exception>
    public async ValueTask<bool> RemoveAsync(ClientNetwork network, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var wasUnstored = _unstored.Remove(network);
            _waiting = _unstored.Count;
            var wasKnown = wasUnstored | Volatile.Read(ref _table).Bans.Any(ban => ban.Network == network);
            var wasStored = await _store.RemoveAsync(network, cancellationToken);
            Volatile.Write(ref _table, Volatile.Read(ref _table).Without(network));
            TellOthers(network);
            return wasKnown || wasStored;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Bans by itself: in force at once, stored in the background.</summary>
    internal void Shut(Ban ban)
    {
        Interlocked.Increment(ref _made);
        Put(ban);
        _ = KeepAsync(ban);
    }

    public void Dispose()
    {
        _neighbours.Told -= OnTold;
        _stopping.Cancel();
        _reading.Dispose();
        _stopping.Dispose();
        _turn.Dispose();
    }

    private bool IsAllowed(Ban ban, System.Net.IPAddress address) =>
        // A ban of just this client was meant; one of a whole network does not shut out those that are never to be.
        ban.Network.PrefixLength < (ban.Network.IsIpv6 ? 64 : 32) && IsAllowed(ClientNetwork.Of(address, _ipv6PrefixLength));

    private void Put(Ban ban)
    {
        while (true)
        {
            var before = Volatile.Read(ref _table);
            if (ReferenceEquals(Interlocked.CompareExchange(ref _table, before.With(ban), before), before)) break;
        }

        Banned?.Invoke(ban.Network);
    }

    private async Task KeepAsync(Ban ban)
    {
        try
        {
            await _turn.WaitAsync(_stopping.Token);
            try
            {
                _unstored[ban.Network] = ban;
                _waiting = _unstored.Count;
                await StoreAsync(_stopping.Token);
            }
            finally
            {
                _turn.Release();
            }

            TellOthers(ban.Network);
        }
        catch (BanStoreException e)
        {
            ReportAway(e);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            AbuseLog.Stopping(_log, ban.Network.ToString());
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            await RefreshAsync(_stopping.Token);
        }
        catch (BanStoreException e)
        {
            ReportAway(e);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            AbuseLog.Stopping(_log, "-");
        }
    }

    private async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await StoreAsync(cancellationToken);
            var before = Volatile.Read(ref _table);
            var read = await _store.ListAsync(_time.GetUtcNow(), cancellationToken);
            // What was put while the store was read is kept until the next reading.
            var table = BanTable.Of(read);
            foreach (var ban in Volatile.Read(ref _table).Bans.Except(before.Bans))
                table = table.With(ban);
            Volatile.Write(ref _table, table);
            foreach (var ban in read)
            {
                if (!before.Has(ban.Network)) Banned?.Invoke(ban.Network);
            }

            _isAway = false;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask StoreAsync(CancellationToken cancellationToken)
    {
        foreach (var ban in _unstored.Values.ToArray())
        {
            await _store.PutAsync(ban, _time.GetUtcNow(), cancellationToken);
            _unstored.Remove(ban.Network);
            _waiting = _unstored.Count;
        }
    }

    private void ReportAway(BanStoreException e)
    {
        if (_isAway) return;
        _isAway = true;
        AbuseLog.StoreAway(_log, e.Message);
    }

    private void TellOthers(ClientNetwork network) => _neighbours.Tell(new AbuseNews(AbuseNewsKind.BansChanged, network, 0, 0).ToBytes());

    private void OnTold(ReadOnlyMemory<byte> bytes)
    {
        if (AbuseNews.TryRead(bytes.Span, out var news) && news.Value.Kind == AbuseNewsKind.BansChanged) _ = ReadAsync();
    }
}
