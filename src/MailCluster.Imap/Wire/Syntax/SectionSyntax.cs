using System.Collections.Immutable;
using System.Text;
using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>The <c>[…]&lt;…&gt;</c> of BODY and BINARY (RFC 9051 §9, section, section-binary, partial).</summary>
internal static class SectionSyntax
{
    /// <summary>More levels than any message has that was ever parsed; the MIME reader stops long before.</summary>
    private const int PartLevelsMax = 128;

    public static bool TryForm(ReadOnlySpan<byte> name, out SectionForm form)
    {
        var found = name.Length switch
        {
            4 when Ascii.EqualsIgnoreCase(name, "BODY"u8) => SectionForm.Body,
            6 when Ascii.EqualsIgnoreCase(name, "BINARY"u8) => SectionForm.Binary,
            9 when Ascii.EqualsIgnoreCase(name, "BODY.PEEK"u8) => SectionForm.BodyPeek,
            11 when Ascii.EqualsIgnoreCase(name, "BINARY.PEEK"u8) => SectionForm.BinaryPeek,
            11 when Ascii.EqualsIgnoreCase(name, "BINARY.SIZE"u8) => SectionForm.BinarySize,
            _ => (SectionForm?)null,
        };
        form = found ?? default;
        return found is not null;
    }

    /// <summary>Reads from the opening bracket on.</summary>
    public static bool ExpectSection(scoped ref WireReader reader, SectionForm form, out FetchSection section)
    {
        section = FetchSection.Rfc822;
        reader.TryReadByte((byte)'[');
        if (!ExpectPart(ref reader, out var part, out var textFollows))
            return false;
        var text = SectionText.All;
        ImmutableArray<string> fields = [];
        if (textFollows)
        {
            if (form is SectionForm.Binary or SectionForm.BinaryPeek or SectionForm.BinarySize)
                return reader.Reject("BINARY takes only part numbers");
            if (!ExpectText(ref reader, part.Length > 0, out text, out fields))
                return false;
        }

        if (!reader.TryReadByte((byte)']'))
            return reader.Reject("']' expected");
        PartialRange? partial = null;
        if (reader.Peek == '<')
        {
            if (form == SectionForm.BinarySize)
                return reader.Reject("BINARY.SIZE takes no range");
            if (!ExpectPartial(ref reader, out partial))
                return false;
        }

        section = new FetchSection(form, part, text, fields, partial);
        return true;
    }

    // section-part = nz-number *("." nz-number), and then perhaps "." section-text.
    private static bool ExpectPart(scoped ref WireReader reader, out ImmutableArray<int> part, out bool textFollows)
    {
        part = [];
        textFollows = reader.Peek != ']';
        if (!char.IsAsciiDigit((char)reader.Peek))
            return true;
        var numbers = ImmutableArray.CreateBuilder<int>(4);
        do
        {
            if (!char.IsAsciiDigit((char)reader.Peek))
            {
                part = numbers.DrainToImmutable();
                return true;
            }

            if (!reader.ExpectNzNumber(out var number))
                return false;
            if (number > int.MaxValue || numbers.Count == PartLevelsMax)
                return reader.Reject("Part number is too large", RejectionKind.Limit);
            numbers.Add((int)number);
        }
        while (reader.TryReadByte((byte)'.'));
        part = numbers.DrainToImmutable();
        textFollows = false;
        return true;
    }

    private static bool ExpectText(scoped ref WireReader reader, bool hasPart, out SectionText text, out ImmutableArray<string> fields)
    {
        fields = [];
        reader.TryReadName(out var name);
        var found = name.Length switch
        {
            4 when Ascii.EqualsIgnoreCase(name, "TEXT"u8) => SectionText.Text,
            4 when hasPart && Ascii.EqualsIgnoreCase(name, "MIME"u8) => SectionText.Mime,
            6 when Ascii.EqualsIgnoreCase(name, "HEADER"u8) => SectionText.Header,
            13 when Ascii.EqualsIgnoreCase(name, "HEADER.FIELDS"u8) => SectionText.HeaderFields,
            17 when Ascii.EqualsIgnoreCase(name, "HEADER.FIELDS.NOT"u8) => SectionText.HeaderFieldsNot,
            _ => SectionText.All,
        };
        text = found;
        if (found == SectionText.All)
            return reader.Reject("Unknown section");
        if (found is not (SectionText.HeaderFields or SectionText.HeaderFieldsNot))
            return true;
        return reader.ExpectSpace() && ExpectHeaderList(ref reader, out fields);
    }

    private static bool ExpectHeaderList(scoped ref WireReader reader, out ImmutableArray<string> fields)
    {
        fields = [];
        if (!reader.ExpectOpen())
            return false;
        var names = ImmutableArray.CreateBuilder<string>(8);
        var items = 0;
        do
        {
            if (!reader.ExpectAString(out var name))
                return false;
            // RFC 5322 §3.6.8: printable ASCII but ":". Also keeps the answer, which repeats the names, well formed.
            if (name.IsEmpty || name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e) || name.Contains((byte)':'))
                return reader.Reject("Invalid header field name");
            names.Add(Encoding.ASCII.GetString(name));
        }
        while (reader.NextInList(ref items));
        fields = names.DrainToImmutable();
        return reader.Error is null;
    }

    private static bool ExpectPartial(scoped ref WireReader reader, out PartialRange? partial)
    {
        partial = null;
        if (!reader.TryReadByte((byte)'<') || !reader.ExpectNumber64(out var offset))
            return false;
        if (!reader.TryReadByte((byte)'.'))
            return reader.Reject("Range expected, such as <0.1024>");
        if (!reader.ExpectNumber64(out var count))
            return false;
        if (count == 0)
            return reader.Reject("A range has at least one byte");
        partial = new PartialRange(offset, count);
        return reader.TryReadByte((byte)'>') || reader.Reject("'>' expected");
    }
}
