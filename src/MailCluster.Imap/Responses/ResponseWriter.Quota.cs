using MailCluster.Mailboxes;

namespace MailCluster.Imap.Responses;

/// <summary>Quotas (RFC 9208 §4.2).</summary>
internal ref partial struct ResponseWriter
{
    // RFC 9208 §5.1: STORAGE counts units of 1024 octets.
    private const long StorageUnit = 1024;

    /// <summary>QUOTAROOT: the folder has one root.</summary>
    public void QuotaRoot(string folder, string root)
    {
        Raw("* QUOTAROOT "u8);
        Mailbox(folder);
        Space();
        String(root);
        Crlf();
    }

    /// <summary>QUOTA. Resources without limit are left out (§4.2.1).</summary>
    public void Quota(string root, QuotaInfo quota)
    {
        Raw("* QUOTA "u8);
        String(root);
        Raw(" ("u8);
        if (quota.StorageLimit is { } storage)
        {
            Raw("STORAGE "u8);
            Number(Units(quota.Storage));
            Space();
            Number(Units(storage));
        }

        if (quota.MessagesLimit is { } messages)
        {
            Raw(quota.StorageLimit is null ? "MESSAGE "u8 : " MESSAGE "u8);
            Number(quota.Messages);
            Space();
            Number(messages);
        }

        Raw(")\r\n"u8);
    }

    private static long Units(long bytes) => (bytes / StorageUnit) + (bytes % StorageUnit == 0 ? 0 : 1);
}
