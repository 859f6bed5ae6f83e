namespace MailCluster.Mailboxes;

/// <summary>
/// Why a mailbox command was refused; protocols map each once (IMAP: RFC 5530 response codes). Nodes tell each other the number: a new one comes at the end.
/// </summary>
public enum RefusalReason
{
    /// <summary>The folder does not exist (NONEXISTENT).</summary>
    NonExistent,

    /// <summary>The target folder does not exist, but could be created (TRYCREATE).</summary>
    TryCreate,

    /// <summary>The folder exists already (ALREADYEXISTS).</summary>
    AlreadyExists,

    /// <summary>The name is not allowed, or the operation never is (CANNOT).</summary>
    Cannot,

    /// <summary>The folder has children or is otherwise in use (HASCHILDREN, INUSE).</summary>
    HasChildren,

    /// <summary>A quota or a limit of the account would be exceeded (OVERQUOTA).</summary>
    OverQuota,

    /// <summary>A limit of the server would be exceeded (LIMIT).</summary>
    Limit,

    /// <summary>The folder was deleted, or replaced, while it was open (NONEXISTENT for a session; it must be closed).</summary>
    FolderGone,

    /// <summary>Too many requests wait for this account (UNAVAILABLE). Trying again later is right.</summary>
    Busy,

    /// <summary>The store cannot be written or read now (UNAVAILABLE). Trying again later is right; the command may or may not have run.</summary>
    Unavailable,

    /// <summary>The script is the active one (ManageSieve: ACTIVE).</summary>
    InUse,

    /// <summary>The account has as many of those as it may have (ManageSieve: QUOTA/MAXSCRIPTS).</summary>
    TooMany,

    /// <summary>One of those may not be so large (ManageSieve: QUOTA/MAXSIZE).</summary>
    TooLarge,
}

/// <summary>A mailbox command was refused, and nothing changed (for <see cref="RefusalReason.Unavailable"/>: perhaps did).</summary>
public sealed class MailboxRefusedException(RefusalReason reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public RefusalReason Reason { get; } = reason;
}
