using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>What holds for one account now: the rules of all places, worked out.</summary>
public sealed class QuotaLimits
{
    /// <summary>No limit.</summary>
    public const long None = long.MaxValue;

    private readonly ImmutableArray<FolderQuotaRule> _folders;

    private QuotaLimits(long storage, long messages, ImmutableArray<FolderQuotaRule> folders)
    {
        Storage = storage;
        Messages = messages;
        _folders = folders;
        HasIgnored = folders.Any(static rule => rule.IsIgnored);
        IsUnlimited = storage == None && messages == None && !folders.Any(HasOwnLimit);
    }

    /// <summary>Everything is allowed.</summary>
    public static QuotaLimits Unlimited { get; } = new(None, None, []);

    /// <summary>Bytes of all messages, or <see cref="None"/>.</summary>
    public long Storage { get; }

    /// <summary>Messages, or <see cref="None"/>.</summary>
    public long Messages { get; }

    /// <summary>No message is refused in any folder.</summary>
    public bool IsUnlimited { get; }

    /// <summary>Some folders' messages do not count.</summary>
    internal bool HasIgnored { get; }

    /// <summary>Works out the limits. A place that names a size takes no percentage and no extra from a place below it.</summary>
    /// <param name="lowestFirst">The places, the one that gives way to all others first; null for one that is not known.</param>
    public static QuotaLimits Of(params ReadOnlySpan<QuotaRules?> lowestFirst)
    {
        var storage = new Resource();
        var messages = new Resource();
        ImmutableArray<FolderQuotaRule> folders = [];
        foreach (var rules in lowestFirst)
        {
            if (rules is null)
                continue;
            storage.Take(rules.Storage, rules.StoragePercent, rules.StorageExtra);
            messages.Take(rules.Messages, rules.MessagesPercent, null);
            folders = [.. rules.Folders, .. folders];
        }

        return new QuotaLimits(storage.Limit, messages.Limit, folders);
    }

    /// <summary>The limits that a message for this folder is held against.</summary>
    internal (long Storage, long Messages) For(FolderName folder)
    {
        if (RuleOf(folder) is not { } rule)
            return (Storage, Messages);
        return rule.IsIgnored ? (None, None) : (rule.Storage?.On(Storage) ?? Storage, rule.Messages?.On(Messages) ?? Messages);
    }

    internal bool IsIgnored(FolderName folder) => HasIgnored && RuleOf(folder) is { IsIgnored: true };

    private static bool HasOwnLimit(FolderQuotaRule rule) =>
        rule.Storage is { Kind: QuotaAmountKind.Absolute } || rule.Messages is { Kind: QuotaAmountKind.Absolute };

    private FolderQuotaRule? RuleOf(FolderName folder)
    {
        foreach (var rule in _folders)
        {
            if (rule.Fits(folder))
                return rule;
        }

        return null;
    }

    private struct Resource
    {
        private long _base;
        private int _percent = 100;
        private long _extra;

        public Resource()
        {
        }

        public readonly long Limit => _base == 0 ? None : QuotaAmount.Clamp(((Int128)_base * _percent / 100) + _extra);

        public void Take(long? limit, int? percent, long? extra)
        {
            if (limit is { } given)
                (_base, _percent, _extra) = (given, 100, 0);
            _percent = percent ?? _percent;
            _extra = extra ?? _extra;
        }
    }
}
