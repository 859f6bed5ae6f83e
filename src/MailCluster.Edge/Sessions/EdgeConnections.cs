using System.Collections.Concurrent;
using System.Net;
using MailCluster.Auth.Abuse;
using MailCluster.Mailboxes;

namespace MailCluster.Edge;

/// <summary>
/// The books of all connections of the node: admission by the limits, the registry that <c>who</c> and <c>kick</c> use, the walk of the
/// heartbeat, and draining.
/// </summary>
public sealed class EdgeConnections : ISessionRegistry
{
    // From cutting the last connections to giving up on their sessions.
    private static readonly TimeSpan DrainSlack = TimeSpan.FromSeconds(2);

    private readonly EdgeOptions _options;
    private readonly ConnectionHeartbeat _heartbeat;
    private readonly ConcurrentDictionary<SessionId, EdgeConnection> _all = new();
    private readonly ConnectionCounts _counts;
    private readonly BanList? _bans;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _admitted;
    private int _unauthenticated;
    private int _draining;
    private long _drainGraceMs;
    private long _drainOver;

    /// <param name="options">The limits.</param>
    /// <param name="heartbeat">Of all deadlines.</param>
    /// <param name="bans">Who is not let in; null: everybody is.</param>
    /// <param name="neighbours">Who counts connections of addresses and accounts with this node; null: nobody does.</param>
    public EdgeConnections(EdgeOptions options, ConnectionHeartbeat heartbeat, BanList? bans = null, INeighbours? neighbours = null)
    {
        _options = options;
        _heartbeat = heartbeat;
        _bans = bans;
        _counts = new ConnectionCounts(options.Limits, heartbeat, neighbours ?? new NoNeighbours());
        if (bans is not null)
            bans.Banned += CutOff;
        heartbeat.Attach(Tick);
    }

    /// <summary>True once <see cref="DrainAsync"/> has begun: no connection is taken any more.</summary>
    public bool IsDraining => Volatile.Read(ref _draining) != 0;

    public int Count => _all.Count;

    public IReadOnlyList<SessionInfo> List()
    {
        var sessions = new List<SessionInfo>();
        foreach (var (_, connection) in _all)
            sessions.Add(connection.ToSessionInfo());
        sessions.Sort(static (a, b) => a.Since != b.Since ? a.Since.CompareTo(b.Since) : a.Id.Value.CompareTo(b.Id.Value));
        return sessions;
    }

    public bool Kick(SessionId session)
    {
        if (!_all.TryGetValue(session, out var connection))
            return false;
        connection.RequestEnd(ConnectionEnding.Kicked, _options.Timeouts.EndGrace);
        return true;
    }

    public int Kick(AccountId account)
    {
        var kicked = 0;
        foreach (var (_, connection) in _all)
        {
            if (connection.Account != account)
                continue;
            connection.RequestEnd(ConnectionEnding.Kicked, _options.Timeouts.EndGrace);
            kicked++;
        }

        return kicked;
    }

    /// <summary>
    /// Stops taking connections, tells all sessions to finish the command in flight, say goodbye and go, and completes when all have gone. Those that
    /// have not by <paramref name="deadline"/> from now are cut; two seconds later it completes in any case.
    /// </summary>
    public Task DrainAsync(TimeSpan deadline)
    {
        Volatile.Write(ref _drainOver, _heartbeat.Deadline(deadline + DrainSlack));
        Volatile.Write(ref _drainGraceMs, (long)deadline.TotalMilliseconds);
        Interlocked.Exchange(ref _draining, 1);
        foreach (var (_, connection) in _all)
            connection.RequestEnd(ConnectionEnding.Draining, deadline);
        if (_all.IsEmpty)
            _drained.TrySetResult();
        return _drained.Task;
    }

    /// <summary>Enters a connection into the books, if the limits allow it.</summary>
    /// <param name="connection">A new one.</param>
    /// <param name="hasLogin">It counts as not logged in until it is.</param>
    /// <param name="isClientKnown">False: its address is a balancer's, which is not counted; <see cref="TryEnterAddress"/> follows when the client's is known.</param>
    /// <param name="refusal">Why not.</param>
    internal bool TryAdmit(EdgeConnection connection, bool hasLogin, bool isClientKnown, out EdgeRefusal refusal)
    {
        var limits = _options.Limits;
        if (IsDraining)
        {
            refusal = EdgeRefusal.Draining;
            return false;
        }

        if (Interlocked.Increment(ref _admitted) > limits.Connections)
        {
            Interlocked.Decrement(ref _admitted);
            refusal = EdgeRefusal.TooManyConnections;
            return false;
        }

        if (isClientKnown && !TryEnterAddress(connection, hasLogin, out refusal))
        {
            Interlocked.Decrement(ref _admitted);
            return false;
        }

        if (hasLogin && Interlocked.Increment(ref _unauthenticated) > limits.UnauthenticatedConnections)
        {
            Interlocked.Decrement(ref _unauthenticated);
            LeaveAddress(connection);
            Interlocked.Decrement(ref _admitted);
            refusal = EdgeRefusal.TooManyUnauthenticated;
            return false;
        }

        refusal = default;
        connection.MarkAdmitted(hasLogin, isClientKnown);
        _all[connection.Id] = connection;
        // A drain that began meanwhile may have walked the table before the connection was in it.
        if (IsDraining)
            connection.RequestEnd(ConnectionEnding.Draining, TimeSpan.FromMilliseconds(Volatile.Read(ref _drainGraceMs)));
        return true;
    }

    /// <summary>Enters the connection into the count of its client's address, unless that is banned or has as many as it may.</summary>
    internal bool TryEnterAddress(EdgeConnection connection, bool hasLogin, out EdgeRefusal refusal)
    {
        // Bans are about passwords; whoever delivers mail has none.
        if (hasLogin && _bans is not null && _bans.IsBanned(connection.RemoteAddress))
        {
            refusal = EdgeRefusal.Banned;
            return false;
        }

        refusal = EdgeRefusal.TooManyFromAddress;
        if (!_counts.TryEnterAddress(NetworkOf(connection)))
            return false;
        connection.MarkInAddressCount();
        return true;
    }

    internal bool TryEnterAccount(EdgeConnection connection, AccountId account)
    {
        if (!_counts.TryEnterAccount(connection.Protocol, account, NetworkOf(connection)))
            return false;
        LeaveUnauthenticated(connection);
        return true;
    }

    /// <summary>The connection is no longer logged in.</summary>
    internal void LeaveAccount(EdgeConnection connection, AccountId account)
    {
        Interlocked.Increment(ref _unauthenticated);
        connection.MarkUnauthenticated();
        _counts.LeaveAccount(connection.Protocol, account, NetworkOf(connection));
    }

    internal void Remove(EdgeConnection connection)
    {
        if (!_all.TryRemove(connection.Id, out _))
            return;
        LeaveUnauthenticated(connection);
        if (connection.Account is { } account)
            _counts.LeaveAccount(connection.Protocol, account, NetworkOf(connection));
        LeaveAddress(connection);
        Interlocked.Decrement(ref _admitted);
        if (IsDraining && _all.IsEmpty)
            _drained.TrySetResult();
    }

    private void LeaveAddress(EdgeConnection connection)
    {
        if (connection.TakeAddressMark())
            _counts.LeaveAddress(NetworkOf(connection));
    }

    // Guesses that are under way end; who has logged in is no guesser.
    private void CutOff(ClientNetwork banned)
    {
        foreach (var (_, connection) in _all)
        {
            if (connection.IsUnauthenticated && banned.Contains(ClientNetwork.Of(connection.RemoteAddress, 128)))
                connection.RequestEnd(ConnectionEnding.Kicked, TimeSpan.Zero);
        }
    }

    private void LeaveUnauthenticated(EdgeConnection connection)
    {
        if (connection.TakeUnauthenticatedMark())
            Interlocked.Decrement(ref _unauthenticated);
    }

    private void Tick(long now)
    {
        foreach (var (_, connection) in _all)
            connection.Tick(now);
        // A session that does not even notice that its connection was cut is not waited for.
        if (IsDraining && now >= Volatile.Read(ref _drainOver))
            _drained.TrySetResult();
    }

    /// <summary>What counts as one address: an IPv4 address, or a /64 of IPv6, since whoever has one address of it has all.</summary>
    private static ClientNetwork NetworkOf(EdgeConnection connection) => ClientNetwork.Of(connection.RemoteAddress, 64);
}
