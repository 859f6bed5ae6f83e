namespace MailCluster.Mailboxes;

/// <summary>How a <see cref="QuotaAmount"/> is meant.</summary>
public enum QuotaAmountKind
{
    /// <summary>Itself: bytes or messages.</summary>
    Absolute,

    /// <summary>So much more (or, below zero, less) than the account's limit.</summary>
    Added,

    /// <summary>So many hundredths of the account's limit more, or less.</summary>
    AddedPercent,
}

/// <summary>A limit, or what is put on top of one.</summary>
/// <param name="Value">Bytes, messages, or per cent; below zero only for what is added.</param>
/// <param name="Kind">Which of them.</param>
public readonly record struct QuotaAmount(long Value, QuotaAmountKind Kind)
{
    /// <summary>Nothing on top.</summary>
    public static QuotaAmount Zero { get; } = new(0, QuotaAmountKind.Added);

    /// <summary>The limit that comes of it; an account without limit has none anywhere.</summary>
    /// <param name="limit">The account's; <see cref="QuotaLimits.None"/> for none.</param>
    public long On(long limit) => Kind switch
    {
        // Dovecot's 0 stands for no limit here too.
        QuotaAmountKind.Absolute => Value == 0 ? QuotaLimits.None : Value,
        _ when limit == QuotaLimits.None => limit,
        QuotaAmountKind.Added => Clamp((Int128)limit + Value),
        _ => Clamp(limit + ((Int128)limit * Value / 100)),
    };

    /// <summary>Within what a limit can be: 0 and up, and never by accident none.</summary>
    internal static long Clamp(Int128 value) => (long)Int128.Clamp(value, 0, QuotaLimits.None - 1);
}
