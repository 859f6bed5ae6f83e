namespace MailCluster.Imap.Commands;

/// <summary>Every command the server knows. The session's state table has a row for each.</summary>
internal enum CommandName
{
    // RFC 9051 §6.1: any state
    Capability,
    Noop,
    Logout,
    Id,

    // §6.2: not authenticated
    StartTls,
    Authenticate,
    Login,

    // §6.3: authenticated
    Enable,
    Select,
    Examine,
    Create,
    Delete,
    Rename,
    Subscribe,
    Unsubscribe,
    List,
    Lsub,
    Namespace,
    Status,
    Append,
    Idle,

    // RFC 9208 §4.1
    GetQuota,
    GetQuotaRoot,
    SetQuota,

    // RFC 5464 §4
    GetMetadata,
    SetMetadata,

    // §6.4: selected
    Check,
    Close,
    Unselect,
    Expunge,
    Search,
    Fetch,
    Store,
    Copy,
    Move,
}
