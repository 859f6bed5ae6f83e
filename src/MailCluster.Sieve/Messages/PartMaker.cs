using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>Makes the parts that <c>replace</c> and <c>enclose</c> put into a message (RFC 5703 §5, §6), with line ends as the message has them.</summary>
internal sealed class PartMaker(MessageHeader style, SieveMessageLimits limits, FieldBudget budget)
{
    /// <summary>RFC 5322 §2.1.1, without the line end.</summary>
    private const int LineMax = 998;

    /// <summary>A text part in the place of <paramref name="target"/>.</summary>
    public MessagePart FromText(MessagePart target, string text)
    {
        var (bytes, encoding) = Encode(text, endsWithLine: target.Place == MimePartPlace.Root);
        return Make(target, TextFields(encoding), PartBody.Leaf(bytes), bytes.Length);
    }

    /// <summary>A MIME entity in the place of <paramref name="target"/>, which lies in the parts of <paramref name="path"/>.</summary>
    /// <exception cref="SieveEditException">The entity has a line that ends a multipart around it.</exception>
    public MessagePart FromEntity(MessagePart target, string entity, List<(MessagePart Part, int Index)> path)
    {
        var bytes = new ByteBuffer();
        AppendLines(bytes, Encoding.UTF8.GetBytes(entity));
        foreach (var (part, _) in path)
            RefuseBoundary(part, bytes.Written);
        var octets = bytes.ToArray();
        var read = PartTreeReader.Read(octets, Math.Min(octets.Length, limits.BodyBytesMax), limits, budget, path.Count);
        if (HoldsMessage(target))
            return Make(target, [.. read.Header.Fields.Where(static field => field.IsOfBody && !field.Is("MIME-Version"))], read.Body, read.LookedAt);
        return new MessagePart(target.Key, target.Place, read.Header.Terminated(), read.Body, read.LookedAt);
    }

    /// <summary>A message with a text and <paramref name="message"/> in it.</summary>
    public MessagePart Enclosed(MessagePart message, SieveEnclosure enclosure, Surroundings surroundings)
    {
        var lineEnd = Encoding.ASCII.GetString(style.LineEnd);
        var boundary = surroundings.BoundaryText;
        var (text, encoding) = Encode(enclosure.Text, endsWithLine: false);
        var first = new MessagePart(new object(), MimePartPlace.InMultipart, style.Fresh(TextFields(encoding)), PartBody.Leaf(text), text.Length);

        var inner = message.Header.IsTerminated || message.Body.Length > 0 ? message.AsEmbedded() : message.With(message.Header.Terminated()).AsEmbedded();
        ImmutableArray<MessageField> fields = [style.MakeAscii("Content-Type: message/rfc822")];
        if (surroundings.Is8Bit)
            fields = fields.Add(style.MakeAscii("Content-Transfer-Encoding: 8bit"));
        var second = new MessagePart(
            new object(), MimePartPlace.InMultipart, style.Fresh(fields), PartBody.Made(MimePartKind.Message, [inner], [default, default]), 0);

        var header = style.Fresh(
            [
                .. EnclosureFields(message.Header, enclosure),
                style.MakeAscii("MIME-Version: 1.0"),
                style.MakeAscii($"Content-Type: multipart/mixed; boundary=\"{boundary}\""),
                .. surroundings.Is8Bit ? [style.MakeAscii("Content-Transfer-Encoding: 8bit")] : ImmutableArray<MessageField>.Empty,
            ]);
        var body = PartBody.Made(
            MimePartKind.Multipart,
            [first, second],
            [Ascii($"--{boundary}{lineEnd}"), Ascii($"{lineEnd}--{boundary}{lineEnd}"), Ascii($"{lineEnd}--{boundary}--{lineEnd}")]);
        return new MessagePart(new object(), MimePartPlace.Root, header, body, 0);
    }

    private static bool HoldsMessage(MessagePart part) => part.Place is MimePartPlace.Root or MimePartPlace.Embedded;

    /// <summary>A message keeps its fields but those about its body; another part has only its own.</summary>
    private MessagePart Make(MessagePart target, ImmutableArray<MessageField> fields, PartBody body, int lookedAt)
    {
        var header = HoldsMessage(target)
            ? target.Header.With([.. target.Header.Fields.Where(static field => !field.IsOfBody), style.MakeAscii("MIME-Version: 1.0"), .. fields]).Terminated()
            : style.Fresh(fields);
        return new MessagePart(target.Key, target.Place, header, body, lookedAt);
    }

    private ImmutableArray<MessageField> TextFields(string encoding) =>
        [style.MakeAscii("Content-Type: text/plain; charset=utf-8"), style.MakeAscii($"Content-Transfer-Encoding: {encoding}")];

    private IEnumerable<MessageField> EnclosureFields(MessageHeader old, SieveEnclosure enclosure)
    {
        bool Copies(string name) => enclosure.Headers.Contains(name, StringComparer.OrdinalIgnoreCase);
        IEnumerable<MessageField> Copy(string name) => old.Fields.Where(field => field.Is(name));

        var date = !Copies("Date") && enclosure.Date is { } time
            ? [style.MakeAscii(time.ToString("'Date: 'ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture) + Zone(time.Offset))]
            : Copy("Date");
        var from = !Copies("From") && enclosure.From is { } address && style.MakeAddresses("From", address) is { Addresses.Count: > 0 } field
            ? [field]
            : Copy("From");
        var subject = enclosure.Subject is { } text ? [style.MakeText("Subject", text)] : Copy("Subject");
        var others = old.Fields.Where(f => Copies(f.Name) && !f.IsOfBody && !f.Is("Date") && !f.Is("From") && !f.Is("Subject"));
        return [.. others, .. date, .. from, .. subject];
    }

    private static string Zone(TimeSpan offset) => offset.ToString(offset < TimeSpan.Zero ? "'-'hhmm" : "'+'hhmm", CultureInfo.InvariantCulture);

    private static void RefuseBoundary(MessagePart multipart, ReadOnlySpan<byte> content)
    {
        if (multipart.Body.Kind != MimePartKind.Multipart || multipart.Header.First("Content-Type")?.MimeParameter("boundary") is not { Length: > 0 } boundary)
            return;
        var delimiter = Encoding.UTF8.GetBytes("--" + boundary);
        var at = 0;
        while (true)
        {
            if (content[at..].StartsWith(delimiter))
                throw new SieveEditException("the new part has a line that is a boundary of the multipart that it would stand in");
            var next = content[at..].IndexOf((byte)'\n');
            if (next < 0)
                return;
            at += next + 1;
        }
    }

    /// <summary>Text as 7bit if it can be sent so and looks like no delimiter, else as quoted-printable.</summary>
    private (byte[] Bytes, string Encoding) Encode(string text, bool endsWithLine)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var bytes = new ByteBuffer(utf8.Length + 16);
        var isPlain = IsPlain(utf8);
        if (isPlain)
            AppendLines(bytes, utf8);
        else
            QuotedPrintableWriter.AppendText(bytes, utf8, style.LineEnd);
        if (endsWithLine && (bytes.Length == 0 || bytes.Written[^1] != '\n'))
            bytes.Append(style.LineEnd);
        return (bytes.ToArray(), isPlain ? "7bit" : "quoted-printable");
    }

    private static bool IsPlain(ReadOnlySpan<byte> utf8)
    {
        foreach (var range in utf8.Split((byte)'\n'))
        {
            var line = utf8[range];
            if (line.EndsWith("\r"u8))
                line = line[..^1];
            if (line.Length > LineMax || line.StartsWith("--"u8) || line.StartsWith("From "u8) || line.ContainsAnyExcept(PlainBytes))
                return false;
        }

        return true;
    }

    private static readonly System.Buffers.SearchValues<byte> PlainBytes =
        System.Buffers.SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static b => (byte)b), (byte)'\t']);

    /// <summary>Appends text with line ends as the message has them.</summary>
    private void AppendLines(ByteBuffer into, ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var end = text.IndexOf((byte)'\n');
            if (end < 0)
            {
                into.Append(text);
                return;
            }

            into.Append(text[..(end > 0 && text[end - 1] == '\r' ? end - 1 : end)]);
            into.Append(style.LineEnd);
            text = text[(end + 1)..];
        }
    }

    private static ReadOnlyMemory<byte> Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
