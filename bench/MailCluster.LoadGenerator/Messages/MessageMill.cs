using System.Globalization;
using System.Text;

namespace MailCluster.LoadGenerator.Messages;

/// <summary>
/// Messages that look like mail to a server: received lines, threads, an encoded subject now and then, text with HTML beside it, and an
/// attachment in the large ones. Message <c>n</c> of a size is always the same bytes.
/// </summary>
internal static class MessageMill
{
    /// <summary>Stands in the text of one message in a hundred.</summary>
    public const string RareWord = "quicksilver";

    /// <summary>Stands in the subject of one message in a hundred.</summary>
    public const string RareSubject = "Zanzibar";

    private static readonly string[] s_words =
        ("the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not what all were we when "
        + "your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into "
        + "time has look two more write go see number no way could people my than first water been call who oil its now find long down day did get come "
        + "made may part invoice meeting report project budget schedule customer contract delivery quarter").Split(' ');

    /// <param name="number">Which one.</param>
    /// <param name="size">About how many bytes, from 1,000.</param>
    public static byte[] Make(int number, int size)
    {
        var random = new Random(number * 7919 + 17);
        var text = new StringBuilder(size + 512);
        var culture = CultureInfo.InvariantCulture;
        var date = new DateTimeOffset(2025, 1, 1, 8, 0, 0, TimeSpan.Zero).AddMinutes(number * 7L);
        var subject = number % 100 == 7 ? $"{RareSubject} {Words(random, 4)}" : Words(random, 5);
        if (number % 20 == 3)
        {
            subject = $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes("Übersicht " + subject))}?=";
        }
        text.Append(culture, $"Return-Path: <sender{number % 97}@example.org>\r\n");
        text.Append(culture, $"Received: from mx{number % 5}.example.org (mx{number % 5}.example.org [192.0.2.{number % 250}])\r\n\tby mail.example.com (Postfix) with ESMTPS id {number:X10}\r\n\tfor <someone@example.com>; {date:ddd, dd MMM yyyy HH:mm:ss} +0000\r\n");
        text.Append(culture, $"Message-ID: <{number}.{number * 31L}@example.org>\r\n");
        if (number % 3 != 0)
        {
            text.Append(culture, $"In-Reply-To: <{number - 1}.{(number - 1) * 31L}@example.org>\r\nReferences: <{number - 1}.{(number - 1) * 31L}@example.org>\r\n");
        }
        text.Append(culture, $"Date: {date:ddd, dd MMM yyyy HH:mm:ss} +0000\r\nFrom: \"Sender {number % 97}\" <sender{number % 97}@example.org>\r\n");
        text.Append(culture, $"To: Someone <someone@example.com>, team{number % 7}@example.com\r\nCc: other{number % 11}@example.com\r\n");
        text.Append(culture, $"Subject: {subject}\r\nMIME-Version: 1.0\r\nX-Mailer: bench\r\n");
        var boundary = $"=_{number:x8}";
        var mixed = size >= 50_000;
        text.Append(culture, $"Content-Type: multipart/{(mixed ? "mixed" : "alternative")}; boundary=\"{boundary}\"\r\n\r\nThis is a message in several parts.\r\n");
        var prose = mixed ? 4_000 : Math.Max(100, (size - text.Length - 400) / 2);
        text.Append(culture, $"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
        if (number % 100 == 42)
        {
            text.Append(culture, $"{RareWord}\r\n");
        }
        Prose(text, random, prose);
        text.Append(culture, $"\r\n--{boundary}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<html><body><p>\r\n");
        Prose(text, random, prose - 60);
        text.Append("</p></body></html>\r\n");
        if (mixed)
        {
            text.Append(culture, $"--{boundary}\r\nContent-Type: application/pdf; name=\"report.pdf\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"report.pdf\"\r\n\r\n");
            var bytes = new byte[57];
            while (text.Length < size - 100)
            {
                random.NextBytes(bytes);
                text.Append(Convert.ToBase64String(bytes)).Append("\r\n");
            }
        }
        text.Append(culture, $"\r\n--{boundary}--\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>The first <paramref name="count"/> messages of a size; drivers cycle through them.</summary>
    public static byte[][] Many(int count, int size)
    {
        var messages = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            messages[i] = Make(i, size);
        }
        return messages;
    }

    private static string Words(Random random, int count)
    {
        var words = new string[count];
        for (var i = 0; i < count; i++)
        {
            words[i] = s_words[random.Next(s_words.Length)];
        }
        return string.Join(' ', words);
    }

    private static void Prose(StringBuilder text, Random random, int length)
    {
        var end = text.Length + length;
        var line = 0;
        while (text.Length < end)
        {
            var word = s_words[random.Next(s_words.Length)];
            text.Append(word);
            line += word.Length + 1;
            if (line > 68)
            {
                text.Append("\r\n");
                line = 0;
            }
            else
            {
                text.Append(' ');
            }
        }
        text.Append("\r\n");
    }
}
