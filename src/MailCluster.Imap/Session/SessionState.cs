namespace MailCluster.Imap.Session;

/// <summary>
/// Where a session stands (RFC 9051 §3). Greeting and LOGIN lead from the first to the second, SELECT on to the third, CLOSE back; any may
/// end. Flags, so that the table of commands can name several.
/// </summary>
[Flags]
internal enum SessionState
{
    NotAuthenticated = 1,
    Authenticated = 2,
    Selected = 4,
    Logout = 8,

    /// <summary>After login, with or without a selected folder.</summary>
    LoggedIn = Authenticated | Selected,

    /// <summary>Until logout.</summary>
    Any = NotAuthenticated | LoggedIn,
}
