namespace MailCluster.ManageSieve.Session;

/// <summary>
/// Where a session stands (RFC 5804 §2).
/// <code>
///   NotAuthenticated --AUTHENTICATE--> Authenticated --UNAUTHENTICATE--> NotAuthenticated
///   NotAuthenticated --STARTTLS--> NotAuthenticated        any --LOGOUT--> closed
/// </code>
/// </summary>
[Flags]
internal enum SessionState
{
    NotAuthenticated = 1,
    Authenticated = 2,
    Any = NotAuthenticated | Authenticated,
}
