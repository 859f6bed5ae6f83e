using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Sieve;

/// <summary>A mailto URI (RFC 2368) as RFC 5436 §2.7 takes it for a notification.</summary>
/// <param name="Recipients">The addresses of the URI and of its to and cc fields, each once; at least one.</param>
/// <param name="To">Those that stand in the To field.</param>
/// <param name="Cc">Those that stand in the Cc field.</param>
/// <param name="Subject">Of the URI, null if it gives none.</param>
/// <param name="Body">Of the URI, null if it gives none.</param>
/// <param name="Headers">Further fields. What a notification has to make itself, and what could make a loop or a lie, is left out.</param>
public sealed record MailtoUri(
    ImmutableArray<string> Recipients, ImmutableArray<string> To, ImmutableArray<string> Cc, string? Subject, string? Body, ImmutableArray<KeyValuePair<string, string>> Headers)
{
    /// <summary>A notification is no mailing list.</summary>
    private const int RecipientsMax = 8;

    private const int HeadersMax = 32;
    private const int LengthMax = 16 * 1024;

    /// <summary>RFC 5436 §2.7: never from a URI. Bcc is not named there, and a copy that nobody sees is refused for the same reason.</summary>
    private static readonly string[] s_ignored =
    [
        "from", "auto-submitted", "received", "date", "message-id", "bcc", "sender", "return-path", "mime-version", "content-type", "content-transfer-encoding",
        "resent-from", "resent-to", "resent-cc", "resent-bcc", "resent-date", "resent-message-id", "resent-sender", "dkim-signature", "list-id",
    ];

    /// <summary>False if it is no mailto URI, has no address, one that is none, or more of anything than a notification needs.</summary>
    public static bool TryParse(string uri, [NotNullWhen(true)] out MailtoUri? mailto)
    {
        ArgumentNullException.ThrowIfNull(uri);
        mailto = null;
        const string Scheme = "mailto:";
        if (uri.Length > LengthMax || !uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var query = uri.IndexOf('?', StringComparison.Ordinal);
        var to = new List<string>();
        var cc = new List<string>();
        if (!TryAddresses(query < 0 ? uri[Scheme.Length..] : uri[Scheme.Length..query], to))
            return false;

        string? subject = null;
        string? body = null;
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var field in query < 0 ? [] : uri[(query + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || Unescape(field[..equals]) is not { } name || Unescape(field[(equals + 1)..]) is not { } value)
                return false;
            var lowerName = name.ToLowerInvariant();
            switch (lowerName)
            {
                case "to" when TryAddresses(field[(equals + 1)..], to):
                case "cc" when TryAddresses(field[(equals + 1)..], cc):
                    break;
                case "to" or "cc":
                    return false;
                case "subject":
                    subject ??= OneLine(value);
                    break;
                case "body":
                    body ??= value;
                    break;
                default:
                    if (!Compilation.ScriptCompiler.IsHeaderName(name) || headers.Count == HeadersMax)
                        return false;
                    if (!s_ignored.Contains(lowerName))
                        headers.Add(new(char.ToUpperInvariant(name[0]) + name[1..], OneLine(value)));
                    break;
            }
        }

        ImmutableArray<string> recipients = [.. to.Concat(cc).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (recipients.Length is 0 or > RecipientsMax)
            return false;
        mailto = new MailtoUri(recipients, [.. to.Distinct()], [.. cc.Distinct()], subject, body, headers.ToImmutable());
        return true;
    }

    private static bool TryAddresses(string list, List<string> into)
    {
        foreach (var part in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Unescape(part) is not { } text)
                return false;

            // A comma may be escaped as well (RFC 2368 §2).
            foreach (var one in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!SieveAddress.TryParse(one, out var address))
                    return false;
                into.Add(address);
            }
        }

        return into.Count <= RecipientsMax;
    }

    private static string? Unescape(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])))
                return null;
        }

        return Uri.UnescapeDataString(text);
    }

    /// <summary>A value of a URI must not become two fields.</summary>
    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\0', ' ').Trim();
}
