namespace MailCluster.Auth.Drivers.Ldap;

/// <summary>A directory server and how to connect to it. Equal ones share connections.</summary>
public sealed record LdapServerOptions
{
    /// <summary>Addresses such as <c>ldap://dir.example.com</c>, <c>ldaps://…</c> or <c>ldapi://%2Frun%2Fslapd.sock</c>, separated by blanks; tried in order.</summary>
    public required string Uris { get; init; }

    /// <summary>True to demand TLS on an <c>ldap://</c> connection before anything else is said.</summary>
    public bool StartTls { get; init; }

    /// <summary>A PEM file of authorities for the server's certificate; null for the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>A client certificate and its key, PEM, or null.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The certificate's key, or null.</summary>
    public string? KeyFile { get; init; }

    /// <summary>False to take any server certificate: no protection against an attacker on the way.</summary>
    public bool VerifiesServer { get; init; } = true;

    /// <summary>Who searches; null for anonymous.</summary>
    public string? BindDn { get; init; }

    /// <summary>The searcher's password.</summary>
    public string? BindPassword { get; init; }

    /// <summary>Connections kept, and questions asked at once.</summary>
    public int ConnectionsMax { get; init; } = 5;

    /// <summary>Longest wait for a connection, for TLS, and for an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Keeps the password out of logs.</summary>
    public override string ToString() => $"LdapServerOptions({Uris})";
}

/// <summary>How deep a search goes (RFC 4511 §4.5.1.2).</summary>
public enum LdapScope
{
    /// <summary>The base itself.</summary>
    Base = 0,

    /// <summary>Its children.</summary>
    One = 1,

    /// <summary>Everything below it.</summary>
    Subtree = 2,
}

/// <summary>Users in a directory.</summary>
public sealed record LdapOptions : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "ldap";

    /// <summary>The server.</summary>
    public required LdapServerOptions Server { get; init; }

    /// <summary>Where searches begin: a template; values are escaped (RFC 4514).</summary>
    public string Base { get; init; } = "";

    /// <summary>How deep they go.</summary>
    public LdapScope Scope { get; init; } = LdapScope.Subtree;

    /// <summary>The filter that finds a user: a template; values are escaped (RFC 4515). Null only with <see cref="UserDn"/>.</summary>
    public string? Filter { get; init; }

    /// <summary>True: passwords are checked by binding as the user. False: the stored password is read and checked here.</summary>
    public bool Bind { get; init; }

    /// <summary>A template of the user's DN, to bind without a search; null: it is searched.</summary>
    public string? UserDn { get; init; }

    /// <summary>
    /// Fields by name: templates with <c>%{ldap:attribute}</c>. <c>password</c> is the stored password. A field whose attributes are all
    /// missing is not there.
    /// </summary>
    public FieldList Fields { get; init; } = FieldList.None;

    /// <summary>The filter of a listing, or null for none.</summary>
    public string? IterateFilter { get; init; }

    /// <summary>A listed user's name: a template with <c>%{ldap:attribute}</c>.</summary>
    public string IterateUser { get; init; } = "%{ldap:uid}";

    /// <summary>The scheme of stored passwords without <c>{SCHEME}</c>; null for CRYPT.</summary>
    public string? DefaultPasswordScheme { get; init; }
}
