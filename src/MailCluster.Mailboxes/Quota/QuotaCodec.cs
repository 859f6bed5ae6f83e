using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes;

/// <summary>Quota rules between memory and their stored form.</summary>
internal static class QuotaCodec
{
    public static Stored.QuotaChanged ToStored(QuotaChanged e)
    {
        var stored = new Stored.QuotaChanged { Set = ToStored(e.Set), Heard = ToStored(e.Heard) };
        if (e.MarkedLevel is { } level)
            stored.MarkedLevel = level;
        return stored;
    }

    public static QuotaChanged FromStored(Stored.QuotaChanged stored) =>
        new(FromStored(stored.Set), FromStored(stored.Heard), stored.HasMarkedLevel ? stored.MarkedLevel : null);

    /// <summary>As the event that would make it, in a snapshot. Null for an account about which there is nothing to say.</summary>
    public static Stored.QuotaChanged? ToStored(AccountQuota quota) =>
        quota == AccountQuota.Empty ? null : ToStored(new QuotaChanged(quota.Set, quota.Heard, quota.MarkedLevel));

    public static AccountQuota ToAccountQuota(this Stored.QuotaChanged? stored) =>
        stored is null ? AccountQuota.Empty : AccountQuota.Empty.With(FromStored(stored));

    private static Stored.QuotaRules? ToStored(QuotaRules? rules)
    {
        if (rules is null)
            return null;
        var stored = new Stored.QuotaRules();
        if (rules.Storage is { } storage)
            stored.Storage = storage;
        if (rules.StoragePercent is { } storagePercent)
            stored.StoragePercent = storagePercent;
        if (rules.StorageExtra is { } extra)
            stored.StorageExtra = extra;
        if (rules.Messages is { } messages)
            stored.Messages = messages;
        if (rules.MessagesPercent is { } messagesPercent)
            stored.MessagesPercent = messagesPercent;
        foreach (var folder in rules.Folders)
        {
            stored.Folders.Add(new Stored.FolderQuotaRule
            {
                Folder = folder.Folder,
                Ignored = folder.IsIgnored,
                Storage = ToStored(folder.Storage),
                Messages = ToStored(folder.Messages),
            });
        }

        return stored;
    }

    private static QuotaRules? FromStored(Stored.QuotaRules? stored) => stored is null
        ? null
        : new QuotaRules(
            stored.HasStorage ? stored.Storage : null,
            stored.HasStoragePercent ? stored.StoragePercent : null,
            stored.HasStorageExtra ? stored.StorageExtra : null,
            stored.HasMessages ? stored.Messages : null,
            stored.HasMessagesPercent ? stored.MessagesPercent : null,
            [.. stored.Folders.Select(folder => new FolderQuotaRule(folder.Folder, folder.Ignored, FromStored(folder.Storage), FromStored(folder.Messages)))]);

    private static Stored.QuotaAmount? ToStored(QuotaAmount? amount) =>
        amount is { } given ? new Stored.QuotaAmount { Value = given.Value, Kind = (int)given.Kind } : null;

    private static QuotaAmount? FromStored(Stored.QuotaAmount? stored) =>
        stored is null ? null : new QuotaAmount(stored.Value, (QuotaAmountKind)stored.Kind);
}
