using System.Globalization;

namespace MailCluster.Delivery.Smtp;

/// <summary>An answer of the relay.</summary>
/// <param name="Code">200 to 599.</param>
/// <param name="Lines">The text of each line, printable; at least one.</param>
public sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsPositive => Code is >= 200 and < 300;

    public bool IsIntermediate => Code is >= 300 and < 400;

    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>Code and text in one line.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Code} {string.Join(' ', Lines)}");

    /// <summary>The enhanced code (RFC 2034) that the text begins with, or the general one of its class.</summary>
    public string Status
    {
        get
        {
            var text = Lines[0];
            var end = text.IndexOf(' ', StringComparison.Ordinal);
            var word = end < 0 ? text : text[..end];
            return IsStatus(word) ? word : string.Create(CultureInfo.InvariantCulture, $"{Code / 100}.0.0");
        }
    }

    private bool IsStatus(string word)
    {
        var parts = word.Split('.');
        return parts.Length == 3
            && parts[0] == (Code / 100).ToString(CultureInfo.InvariantCulture)
            && parts.All(static part => part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit));
    }
}

/// <summary>The relay cannot be talked to: not there, no TLS, not SMTP, or gone in the middle. Another attempt may do better.</summary>
public sealed class SmtpConnectionException(string message, Exception? inner = null) : Exception(message, inner);
