using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Delivery.Filters;

/// <summary>What a mailto URI asks for (RFC 6068), as far as notifications have a use for it (RFC 5436 §2.5).</summary>
/// <param name="Recipients">At least one, at most <see cref="RecipientsMax"/>.</param>
/// <param name="Subject">Null: the notification's own.</param>
/// <param name="Body">Null: the notification's own.</param>
internal sealed record NotifyTarget(ImmutableArray<string> Recipients, string? Subject, string? Body)
{
    /// <summary>A notification is no mailing list.</summary>
    public const int RecipientsMax = 8;

    public static bool TryParse(string uri, [NotNullWhen(true)] out NotifyTarget? parsed)
    {
        parsed = null;
        const string Scheme = "mailto:";
        if (!uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var question = uri.IndexOf('?', StringComparison.Ordinal);
        var recipients = new List<string>();
        if (!TryAdd(question < 0 ? uri[Scheme.Length..] : uri[Scheme.Length..question], recipients))
            return false;
        string? subject = null, body = null;
        foreach (var field in question < 0 ? [] : uri[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                return false;
            var value = field[(equals + 1)..];
            switch (Uri.UnescapeDataString(field[..equals]).ToLowerInvariant())
            {
                case "to" or "cc" or "bcc":
                    if (!TryAdd(value, recipients))
                        return false;
                    break;
                case "subject":
                    subject = Uri.UnescapeDataString(value);
                    break;
                case "body":
                    body = Uri.UnescapeDataString(value);
                    break;
            }
        }

        if (recipients.Count is 0 or > RecipientsMax)
            return false;
        parsed = new NotifyTarget([.. recipients], subject, body);
        return true;
    }

    private static bool TryAdd(string list, List<string> recipients)
    {
        foreach (var part in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var address = Uri.UnescapeDataString(part).Trim();
            if (!MailText.IsAddress(address))
                return false;
            recipients.Add(address);
        }

        return true;
    }
}
