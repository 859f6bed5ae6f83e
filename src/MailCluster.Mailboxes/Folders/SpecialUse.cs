namespace MailCluster.Mailboxes;

/// <summary>What a folder is for (RFC 6154 §2).</summary>
public enum SpecialUse
{
    None,
    All,
    Archive,
    Drafts,
    Flagged,
    Junk,
    Sent,
    Trash,
}
