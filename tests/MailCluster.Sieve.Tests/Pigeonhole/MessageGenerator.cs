using System.Text;
using static MailCluster.Sieve.Tests.Pigeonhole.Vocabulary;

namespace MailCluster.Sieve.Tests.Pigeonhole;

/// <summary>Random messages, well formed: how broken ones are read is compared by <see cref="MessageDifferenceTests"/>.</summary>
/// <param name="embeds">True if parts may be messages and hold other parts; else there is one level of them.</param>
internal sealed class MessageGenerator(Random random, bool embeds)
{
    private int _boundaries;

    public byte[] Make()
    {
        var text = new StringBuilder();
        foreach (var name in new[] { "From", "To", "Cc", "Reply-To", "Sender" })
        {
            if (name == "From" || random.Next(3) > 0)
                Field(text, name, string.Join(", ", Enumerable.Range(0, name == "To" ? random.Next(1, 4) : 1).Select(_ => Encoded(Pick(Addresses)))));
        }

        Field(text, "Subject", Encoded(Pick(Subjects)));
        Field(text, "Date", Pick(Dates));
        Field(text, "Message-ID", $"<{random.Next(100)}@example.org>");
        for (var i = random.Next(4); i > 0; i--)
            Field(text, "Received", $"from mx{i}.example.org (mx{i} [192.0.2.{i}]) by mail.example.net with ESMTP id {i}; {Pick(Dates)}");
        for (var i = random.Next(4); i > 0; i--)
            Field(text, "X-Word", Encoded(Pick(Words)));
        for (var i = random.Next(3); i > 0; i--)
            Field(text, "X-Number", Pick(Numbers));
        if (random.Next(2) == 0)
            Field(text, "X-Folded", $"{Pick(Words.Where(IsAscii))}\r\n  {Pick(Words.Where(IsAscii))}");
        Entity(text, depth: 0);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private void Entity(StringBuilder text, int depth)
    {
        switch (depth < (embeds ? 3 : 1) ? random.Next(embeds ? 6 : 5) : random.Next(3))
        {
            case 0:
                if (depth > 0)
                    Field(text, "X-Word", Encoded(Pick(Words)));
                text.Append("\r\n").Append(Pick(Bodies.Where(body => IsAscii(body) && (depth > 0 || body.Length > 0))));
                break;
            case 1:
                Field(text, "Content-Type", Pick(["text/plain; charset=utf-8", "text/html; charset=UTF-8", "text/calendar; charset=\"utf-8\"; method=REQUEST", "text/plain; charset=utf-8; format=flowed"]));
                Field(text, "Content-Transfer-Encoding", "8bit");
                text.Append("\r\n").Append(Pick(Bodies.Where(body => depth > 0 || body.Length > 0)));
                break;
            case 2:
                Field(text, "Content-Type", Pick(["text/plain; charset=utf-8; name=\"a.txt\"", "application/octet-stream; name=setup.exe", "image/png"]));
                Field(text, "Content-Disposition", Pick(["attachment; filename=\"setup.exe\"", "inline", "attachment; filename*=utf-8''na%C3%AFve.txt"]));
                Field(text, "Content-Transfer-Encoding", "base64");
                text.Append("\r\n").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(Pick(Bodies)))).Append("\r\n");
                break;
            case 3 or 4:
                Multipart(text, depth);
                break;
            default:
                Field(text, "Content-Type", "message/rfc822");
                text.Append("\r\n");
                Field(text, "From", Encoded(Pick(Addresses)));
                Field(text, "Subject", Encoded(Pick(Subjects)));
                Entity(text, depth + 1);
                break;
        }
    }

    private void Multipart(StringBuilder text, int depth)
    {
        var boundary = $"b{++_boundaries}x";
        Field(text, "Content-Type", $"multipart/{Pick(["mixed", "alternative", "related"])}; boundary=\"{boundary}\"");
        text.Append("\r\n");
        if (random.Next(2) == 0)
            text.Append("prologue ").Append(Pick(Words)).Append("\r\n");
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            text.Append("\r\n--").Append(boundary).Append("\r\n");
            Entity(text, depth + 1);
        }

        text.Append("\r\n--").Append(boundary).Append("--\r\n");
        if (random.Next(2) == 0)
            text.Append("epilogue ").Append(Pick(Words)).Append("\r\n");
    }

    private static void Field(StringBuilder text, string name, string value) => text.Append(name).Append(": ").Append(value).Append("\r\n");

    private string Encoded(string value) => IsAscii(value)
        ? value
        : string.Join(' ', value.Split(' ').Select(word => IsAscii(word)
            ? word
            : random.Next(2) == 0
                ? $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(word))}?="
                : $"=?UTF-8?q?{string.Concat(Encoding.UTF8.GetBytes(word).Select(static b => $"={b:X2}"))}?="));

    private static bool IsAscii(string text) => Ascii.IsValid(text);

    private string Pick(IEnumerable<string> from)
    {
        var list = from as IList<string> ?? [.. from];
        return list[random.Next(list.Count)];
    }
}
