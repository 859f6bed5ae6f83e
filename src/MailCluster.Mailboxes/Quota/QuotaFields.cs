using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MailCluster.Mailboxes;

/// <summary>
/// Reads what Dovecot's administrators write: <c>quota_rule</c> (2.3: <c>*:storage=1G:messages=1000</c>, <c>Trash:storage=+10%</c>, <c>Spam:ignore</c>) and
/// <c>quota_storage_size</c> and its kin (2.4).
/// </summary>
/// <remarks>Source: Dovecot's documentation of the quota plugin, 2.3 and 2.4.</remarks>
public static class QuotaFields
{
    private const string Prefix = "userdb_";

    /// <summary>Rules from a user's fields, with or without <c>userdb_</c> before their names. Fields about other things are passed over.</summary>
    /// <returns>False, with the reason, when one cannot be understood.</returns>
    public static bool TryRead(IReadOnlyDictionary<string, string> fields, out QuotaRules rules, [NotNullWhen(false)] out string? problem)
    {
        rules = QuotaRules.None;
        problem = null;
        var folders = ImmutableArray.CreateBuilder<FolderQuotaRule>();

        // quota_rule before quota_rule2: in the order of their numbers, which ordinal order is for the nine that anybody writes.
        foreach (var (name, value) in fields.OrderBy(static field => field.Key, StringComparer.Ordinal))
        {
            var field = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
            if (field.StartsWith("quota_rule", StringComparison.Ordinal) && field.AsSpan("quota_rule".Length).TrimStart("0123456789").IsEmpty)
            {
                if (!TryReadRule(value, ref rules, folders, out problem))
                    return false;
            }
            else if (!TryReadField(field, value, ref rules))
            {
                problem = $"{name}={value} is not understood";
                return false;
            }
        }

        rules = rules with { Folders = folders.DrainToImmutable() };
        return true;
    }

    /// <summary>Rules from texts in the form of <c>quota_rule</c>.</summary>
    public static bool TryReadRules(IEnumerable<string> texts, out QuotaRules rules, [NotNullWhen(false)] out string? problem)
    {
        rules = QuotaRules.None;
        problem = null;
        var folders = ImmutableArray.CreateBuilder<FolderQuotaRule>();
        foreach (var text in texts)
        {
            if (!TryReadRule(text, ref rules, folders, out problem))
                return false;
        }

        rules = rules with { Folders = folders.DrainToImmutable() };
        return true;
    }

    /// <summary>A number of bytes with B, K, M, G, T (powers of 1024), or <c>unlimited</c>, which is 0.</summary>
    /// <param name="text">The number.</param>
    /// <param name="unit">What a bare number counts, in bytes.</param>
    /// <param name="bytes">0 and up.</param>
    public static bool TryReadSize(ReadOnlySpan<char> text, long unit, out long bytes)
    {
        bytes = 0;
        if (text.Equals("unlimited", StringComparison.OrdinalIgnoreCase))
            return true;
        var digits = text.TrimEnd("bBkKmMgGtTi");
        var suffix = text[digits.Length..];
        if (suffix.Length > 1 && suffix[^1] is 'b' or 'B')
            suffix = suffix[..^1];
        if (suffix is [_, 'i' or 'I'])
            suffix = suffix[..1];
        var factor = suffix switch
        {
            "" => unit,
            "b" or "B" => 1,
            "k" or "K" => 1L << 10,
            "m" or "M" => 1L << 20,
            "g" or "G" => 1L << 30,
            "t" or "T" => 1L << 40,
            _ => 0,
        };
        if (factor == 0 || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > (QuotaLimits.None - 1) / factor)
            return false;
        bytes = number * factor;
        return true;
    }

    private static bool TryReadField(string field, string value, ref QuotaRules rules)
    {
        switch (field)
        {
            case "quota_storage_size" when TryReadSize(value, 1, out var size):
                rules = rules with { Storage = size };
                return true;
            case "quota_storage_percentage" when TryReadPercent(value, out var percent):
                rules = rules with { StoragePercent = percent };
                return true;
            case "quota_storage_extra" when TryReadSize(value, 1, out var extra):
                rules = rules with { StorageExtra = extra };
                return true;
            case "quota_message_count" when TryReadCount(value, out var count):
                rules = rules with { Messages = count };
                return true;
            case "quota_message_percentage" when TryReadPercent(value, out var percent):
                rules = rules with { MessagesPercent = percent };
                return true;
            default:
                return field is not ("quota_storage_size" or "quota_storage_percentage" or "quota_storage_extra" or "quota_message_count" or "quota_message_percentage");
        }
    }

    private static bool TryReadRule(string text, ref QuotaRules rules, ImmutableArray<FolderQuotaRule>.Builder folders, [NotNullWhen(false)] out string? problem)
    {
        var parts = text.Split(':');
        var isDefault = parts[0] is "*" or "?";
        var folder = new FolderQuotaRule(parts[0], false, null, null);
        problem = parts[0].Length == 0 || parts.Length < 2 ? $"'{text}' is not FOLDER:LIMIT" : null;
        foreach (var part in parts.AsSpan(1))
        {
            if (problem is null && !TryReadLimit(part, ref folder))
                problem = $"'{part}' in '{text}' is not storage=, bytes=, messages= or ignore";
        }

        if (problem is not null)
            return false;
        if (!isDefault)
        {
            folders.Add(folder);
            return true;
        }

        // The account's own limit has nothing to be relative to.
        if (folder.IsIgnored || folder.Storage is { Kind: not QuotaAmountKind.Absolute } || folder.Messages is { Kind: not QuotaAmountKind.Absolute })
        {
            problem = $"'{text}' has no limit that stands for itself";
            return false;
        }

        rules = rules with { Storage = folder.Storage?.Value ?? rules.Storage, Messages = folder.Messages?.Value ?? rules.Messages };
        return true;
    }

    private static bool TryReadLimit(string text, ref FolderQuotaRule folder)
    {
        if (text == "ignore")
        {
            folder = folder with { IsIgnored = true };
            return true;
        }

        var (name, value) = text.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (text[..at], text[(at + 1)..]) : ("", text);
        if (name is not ("storage" or "bytes" or "messages") || !TryReadAmount(value, name switch { "storage" => 1024, _ => 1 }, name == "messages", out var amount))
            return false;
        folder = name == "messages" ? folder with { Messages = amount } : folder with { Storage = amount };
        return true;
    }

    private static bool TryReadAmount(string text, long unit, bool isCount, out QuotaAmount amount)
    {
        amount = default;
        var sign = text.StartsWith('-') ? -1 : 1;
        var isAdded = text.StartsWith('+') || sign < 0;
        var rest = isAdded ? text[1..] : text;
        if (rest.EndsWith('%'))
        {
            // Dovecot takes a percentage without sign as a part of the account's limit.
            if (!TryReadPercent(rest[..^1], out var percent))
                return false;
            amount = new QuotaAmount(isAdded ? sign * percent : percent - 100, QuotaAmountKind.AddedPercent);
            return true;
        }

        if (!(isCount ? TryReadCount(rest, out var value) : TryReadSize(rest, unit, out value)))
            return false;
        amount = isAdded ? new QuotaAmount(sign * value, QuotaAmountKind.Added) : new QuotaAmount(value, QuotaAmountKind.Absolute);
        return true;
    }

    private static bool TryReadCount(string text, out long count)
    {
        count = 0;
        return text.Equals("unlimited", StringComparison.OrdinalIgnoreCase)
            || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);
    }

    private static bool TryReadPercent(string text, out int percent) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out percent) && percent <= 100_000;
}
