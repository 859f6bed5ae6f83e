namespace MailCluster.Mailboxes;

/// <summary>The flags IMAP defines (RFC 9051 §2.3.2). \Recent is not stored: a session derives it.</summary>
[Flags]
public enum SystemFlags : byte
{
    None = 0,
    Seen = 1,
    Answered = 2,
    Flagged = 4,
    Deleted = 8,
    Draft = 16,
}

/// <summary>What STORE does with the flags it names (RFC 9051 §6.4.6).</summary>
public enum FlagOperation
{
    Replace,
    Add,
    Remove,
}
