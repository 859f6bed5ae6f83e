namespace MailCluster.Auth.Drivers.Ldap;

/// <summary>
/// A server with its connections: those of the searcher, and those on which users bind and which therefore must not search. Shared by all
/// databases of the configuration that name the same server.
/// </summary>
internal sealed class LdapDirectory : IDisposable
{
    /// <summary>Below the ten or fifteen minutes after which servers and firewalls drop idle connections.</summary>
    private static readonly TimeSpan IdleMax = TimeSpan.FromMinutes(2);

    private readonly BlockingCalls _calls;
    private readonly ConnectionPool<LdapConnection> _searchers;
    private readonly ConnectionPool<LdapConnection> _binders;

    /// <exception cref="ArgumentException">libldap is missing.</exception>
    public LdapDirectory(LdapServerOptions server, TimeProvider time)
    {
        if (!LibLdap.IsAvailable)
            throw new ArgumentException($"the driver ldap needs {LibLdap.Library}, which is not installed; install the Debian package {LibLdap.DebianPackage}");
        _calls = new BlockingCalls("LDAP", server.ConnectionsMax, waitingMax: 1024, server.Timeout, time);
        _searchers = new ConnectionPool<LdapConnection>(() => new LdapConnection(server, bindsAsSearcher: true), IdleMax, time);
        _binders = new ConnectionPool<LdapConnection>(() => new LdapConnection(server, bindsAsSearcher: false), IdleMax, time);
    }

    /// <summary>Searches as the searcher.</summary>
    /// <exception cref="DatabaseException">The server cannot answer.</exception>
    public ValueTask<TResult> SearchAsync<TResult>(Func<LdapConnection, TResult> search, CancellationToken cancellationToken) =>
        _calls.RunAsync(() => _searchers.Use(search), cancellationToken);

    /// <summary>True when the password is the entry's.</summary>
    /// <exception cref="DatabaseException">The server cannot answer.</exception>
    public ValueTask<bool> BindAsync(string dn, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        _calls.RunAsync(password, copy => _binders.Use(connection => connection.TryBind(dn, copy)), cancellationToken);

    public void Dispose()
    {
        _calls.Dispose();
        _searchers.Dispose();
        _binders.Dispose();
    }
}
