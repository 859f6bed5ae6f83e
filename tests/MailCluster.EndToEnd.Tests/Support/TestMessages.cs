using System.Globalization;
using System.Text;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>Messages made from a number, so that any of them can be made again and compared.</summary>
internal static class TestMessages
{
    public static byte[] Make(int number, int bodyBytes = 500)
    {
        var random = new Random(number);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Message-ID: <{number}@test.example.com>\r\n");
        text.Append("From: Sender <sender@example.org>\r\nTo: alice@example.com\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Subject: message {number}\r\nDate: Mon, 1 Jan 2024 12:00:00 +0000\r\n\r\n");
        var length = random.Next(1, bodyBytes * 2);
        while (length > 0)
        {
            var line = Math.Min(length, random.Next(1, 76));
            for (var i = 0; i < line; i++)
                text.Append((char)random.Next('!', '~'));
            text.Append("\r\n");
            length -= line;
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>The number that <see cref="Make"/> was given, from the bytes as a server returns them.</summary>
    public static int NumberOf(byte[] message)
    {
        var text = Encoding.Latin1.GetString(message);
        var start = text.IndexOf("Message-ID: <", StringComparison.Ordinal) + "Message-ID: <".Length;
        return int.Parse(text.AsSpan(start, text.IndexOf('@', start) - start), CultureInfo.InvariantCulture);
    }

    /// <summary>The message without the trace lines that delivery put in front of it.</summary>
    public static byte[] WithoutTrace(byte[] delivered)
    {
        var start = delivered.AsSpan().IndexOf("Message-ID: <"u8);
        return delivered[start..];
    }
}
