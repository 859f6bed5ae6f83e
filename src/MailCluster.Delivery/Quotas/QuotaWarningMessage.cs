using System.Globalization;
using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Delivery;

/// <summary>
/// Writes the message of a warning. In subject and text <c>{account}</c>, <c>{percent}</c>, <c>{at}</c>, <c>{used}</c> and <c>{limit}</c> are replaced; the last two are of the
/// resource that is fuller.
/// </summary>
public static class QuotaWarningMessage
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <param name="warning">What to say.</param>
    /// <param name="account">To whom.</param>
    /// <param name="quota">How full the account is.</param>
    /// <param name="hostName">Of this node, for Message-ID and a sender without a domain.</param>
    /// <param name="at">The date.</param>
    public static byte[] Write(QuotaWarning warning, AccountId account, QuotaInfo quota, string hostName, DateTimeOffset at)
    {
        var (used, limit) = Amounts(quota);
        string Fill(string text) => new StringBuilder(text)
            .Replace("{account}", account.Value)
            .Replace("{percent}", quota.Percent.ToString(CultureInfo.InvariantCulture))
            .Replace("{at}", warning.At.ToString(CultureInfo.InvariantCulture))
            .Replace("{used}", used)
            .Replace("{limit}", limit)
            .ToString();

        var domain = account.Value.LastIndexOf('@') is var split and >= 0 ? account.Value[(split + 1)..] : hostName;
        var message = new ByteBuffer();
        HeaderFieldWriter.AppendText(message, "From", $"postmaster@{domain}", "\r\n"u8);
        HeaderFieldWriter.AppendText(message, "To", account.Value, "\r\n"u8);
        HeaderFieldWriter.AppendText(message, "Subject", Fill(warning.Subject), "\r\n"u8);
        var fields = new StringBuilder();
        fields.Append(CultureInfo.InvariantCulture, $"Date: {at:ddd, dd MMM yyyy HH':'mm':'ss} {(at.Offset < TimeSpan.Zero ? '-' : '+')}{at.Offset:hhmm}\r\n");
        fields.Append(CultureInfo.InvariantCulture, $"Message-ID: <quota.{at.ToUnixTimeMilliseconds()}.{warning.At}.{Guid.NewGuid():N}@{hostName}>\r\n");

        // RFC 3834 §5: no vacation, no other automaton is to answer.
        fields.Append("Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
        fields.Append(Fill(warning.Text).ReplaceLineEndings("\r\n"));
        message.Append(Encoding.UTF8.GetBytes(fields.ToString()));
        return message.Written.ToArray();
    }

    private static (string Used, string Limit) Amounts(QuotaInfo quota)
    {
        var storagePercent = quota.StorageLimit is > 0 and var storage ? (Int128)quota.Storage * 100 / storage : -1;
        var messagesPercent = quota.MessagesLimit is > 0 and var messages ? (Int128)quota.Messages * 100 / messages : -1;
        return messagesPercent > storagePercent
            ? (Count(quota.Messages), Count(quota.MessagesLimit!.Value))
            : (Size(quota.Storage), quota.StorageLimit is { } limit ? Size(limit) : "unlimited");
    }

    private static string Count(long messages) => string.Create(CultureInfo.InvariantCulture, $"{messages} messages");

    private static string Size(long bytes)
    {
        var unit = 0;
        double value = bytes;
        for (; value >= 1024 && unit < Units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }
}
