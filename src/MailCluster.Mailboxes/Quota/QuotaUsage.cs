namespace MailCluster.Mailboxes;

/// <summary>What of an account counts against its quota.</summary>
/// <param name="Storage">Bytes of all messages; one that is in two folders counts twice.</param>
/// <param name="Messages">Messages.</param>
internal readonly record struct QuotaUsage(long Storage, long Messages)
{
    /// <summary>From the sums that the state keeps; folders are looked at only where some do not count.</summary>
    public static QuotaUsage Of(MailboxState state, QuotaLimits limits)
    {
        var (storage, messages) = (state.Size, state.Messages);
        if (!limits.HasIgnored)
            return new QuotaUsage(storage, messages);
        foreach (var folder in state.Folders.Values)
        {
            if (!limits.IsIgnored(folder.Name))
                continue;
            storage -= folder.Index.Size;
            messages -= folder.Index.Exists;
        }

        return new QuotaUsage(storage, messages);
    }

    /// <summary>From the messages themselves, one by one.</summary>
    public static QuotaUsage Count(MailboxState state, QuotaLimits limits)
    {
        long storage = 0, messages = 0;
        foreach (var folder in state.Folders.Values)
        {
            if (limits.IsIgnored(folder.Name))
                continue;
            foreach (var chunk in folder.Index.Chunks)
            {
                foreach (ref readonly var facts in chunk.Facts)
                    storage += facts.Size;
                messages += chunk.Facts.Length;
            }
        }

        return new QuotaUsage(storage, messages);
    }

    /// <summary>How full it is in hundredths of the limits, the fuller of the two; 0 where there is none.</summary>
    public int PercentOf(QuotaLimits limits) => Math.Max(Percent(Storage, limits.Storage), Percent(Messages, limits.Messages));

    private static int Percent(long used, long limit) => limit switch
    {
        QuotaLimits.None => 0,
        0 => used > 0 ? int.MaxValue : 0,
        _ => (int)Int128.Min((Int128)used * 100 / limit, int.MaxValue),
    };
}
