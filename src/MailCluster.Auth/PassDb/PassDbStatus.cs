namespace MailCluster.Auth.PassDb;

/// <summary>How one password database, or a chain of them, answered.</summary>
public enum PassDbStatus
{
    /// <summary>The password, token or certificate is the account's; for a look-up: the account is here.</summary>
    Match,

    /// <summary>The account is here, the password is another.</summary>
    Mismatch,

    /// <summary>No such account here; the next database is asked.</summary>
    UnknownUser,

    /// <summary>The database cannot tell now. Never taken for a wrong password.</summary>
    InternalFailure,

    /// <summary>Too many checks are waiting. To a chain this is an internal failure.</summary>
    Busy,

    /// <summary>The account is here and must not log in, whatever the password: a deny list, an expired password, a locked account.</summary>
    Refused,

    /// <summary>The database cannot be asked this way: no stored credentials, no tokens. To a chain the same as an unknown user.</summary>
    NotSupported,
}
