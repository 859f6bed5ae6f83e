using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>
/// What one place says about quotas: the configuration, the user database, or <c>mailctl quota set</c>. What a place does not say (null) the next one may.
/// </summary>
/// <param name="Storage">Bytes; 0 = no limit.</param>
/// <param name="StoragePercent">The limit is so many hundredths of <paramref name="Storage"/>, its own or that of a place below.</param>
/// <param name="StorageExtra">Bytes on top of that.</param>
/// <param name="Messages">Messages; 0 = no limit.</param>
/// <param name="MessagesPercent">As <paramref name="StoragePercent"/>.</param>
/// <param name="Folders">Rules for single folders; the first that fits a folder counts, and those of a higher place come first.</param>
public sealed record QuotaRules(
    long? Storage,
    int? StoragePercent,
    long? StorageExtra,
    long? Messages,
    int? MessagesPercent,
    ImmutableArray<FolderQuotaRule> Folders)
{
    /// <summary>Says nothing.</summary>
    public static QuotaRules None { get; } = new(null, null, null, null, null, []);

    public bool IsNone => Equals(None);

    public bool Equals(QuotaRules? other) =>
        other is not null
        && Storage == other.Storage
        && StoragePercent == other.StoragePercent
        && StorageExtra == other.StorageExtra
        && Messages == other.Messages
        && MessagesPercent == other.MessagesPercent
        && Folders.AsSpan().SequenceEqual(other.Folders.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Storage, StoragePercent, StorageExtra, Messages, MessagesPercent, Folders.Length);
}

/// <summary>What is different in one folder.</summary>
/// <param name="Folder">The folder's name; <c>*</c> stands for any characters, <c>?</c> for one.</param>
/// <param name="IsIgnored">Its messages do not count, and none is refused.</param>
/// <param name="Storage">The limit that a message for this folder is held against; null for the account's.</param>
/// <param name="Messages">The same for the count of messages.</param>
public sealed record FolderQuotaRule(string Folder, bool IsIgnored, QuotaAmount? Storage, QuotaAmount? Messages)
{
    /// <summary>Whether the rule is about this folder. INBOX is INBOX in any case; other names are case-sensitive.</summary>
    public bool Fits(FolderName folder)
    {
        ReadOnlySpan<char> mask = Folder.Equals("INBOX", StringComparison.OrdinalIgnoreCase) ? FolderName.Inbox.Value : Folder;
        var name = folder.Value.AsSpan();
        int m = 0, n = 0, star = -1, resume = 0;
        while (n < name.Length)
        {
            if (m < mask.Length && mask[m] == '*')
            {
                star = m++;
                resume = n;
            }
            else if (m < mask.Length && (mask[m] == '?' || mask[m] == name[n]))
            {
                m++;
                n++;
            }
            else if (star >= 0)
            {
                m = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        return mask[m..].TrimStart('*').IsEmpty;
    }
}
