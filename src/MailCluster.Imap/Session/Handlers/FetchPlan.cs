using System.Collections.Immutable;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>A FETCH command made ready: what is the same for each of its messages.</summary>
internal sealed class FetchPlan
{
    private const FetchAttributes FromSummary =
        FetchAttributes.Envelope | FetchAttributes.Body | FetchAttributes.BodyStructure | FetchAttributes.Preview;

    private readonly byte[][] _labels;
    private readonly HeaderFieldSet[] _fields;

    public FetchPlan(FetchAttributes attributes, ImmutableArray<FetchSection> sections, UidSet? becameSeen = null)
    {
        Attributes = attributes;
        Sections = sections;
        BecameSeen = becameSeen ?? UidSet.Empty;
        _labels = new byte[sections.Length][];
        _fields = new HeaderFieldSet[sections.Length];
        for (var i = 0; i < _labels.Length; i++)
        {
            _labels[i] = MakeLabel(sections[i]);
            _fields[i] = sections[i].Fields.IsEmpty ? HeaderFieldSet.Empty : new HeaderFieldSet(sections[i].Fields);
        }

        NeedsSummary = (attributes & FromSummary) != 0;
        foreach (var section in sections)
            NeedsSummary |= !IsWholeMessage(section);
    }

    public FetchAttributes Attributes { get; }

    public ImmutableArray<FetchSection> Sections { get; }

    /// <summary>
    /// Messages for which the command has set \Seen after the view was taken: FLAGS says so, and is told whether asked for or not (RFC 9051
    /// §6.4.5).
    /// </summary>
    public UidSet BecameSeen { get; }

    /// <summary>Something is asked that the index alone cannot tell.</summary>
    public bool NeedsSummary { get; }

    public bool Has(FetchAttributes attribute) => (Attributes & attribute) != 0;

    /// <summary>The name of a section's item in the answer, with a space before it: <c> BODY[1.MIME]&lt;0&gt;</c>.</summary>
    public ReadOnlySpan<byte> Label(int section) => _labels[section];

    /// <summary>The fields that a section names; none for one that is not of fields.</summary>
    public HeaderFieldSet Fields(int section) => _fields[section];

    /// <summary>BODY[] and its like: found without a summary.</summary>
    public static bool IsWholeMessage(FetchSection section) => section.Part.IsEmpty && section.Text == SectionText.All;

    private static byte[] MakeLabel(FetchSection section)
    {
        var buffer = new ByteBuffer();
        var writer = new ResponseWriter(buffer);
        writer.Raw(section.Form switch
        {
            SectionForm.Rfc822 => " RFC822"u8,
            SectionForm.Rfc822Header => " RFC822.HEADER"u8,
            SectionForm.Rfc822Text => " RFC822.TEXT"u8,
            SectionForm.Binary or SectionForm.BinaryPeek => " BINARY["u8,
            SectionForm.BinarySize => " BINARY.SIZE["u8,
            _ => " BODY["u8,
        });
        if (section.Form is not (SectionForm.Rfc822 or SectionForm.Rfc822Header or SectionForm.Rfc822Text))
        {
            SectionSpec(ref writer, section);
            writer.Byte((byte)']');
        }

        if (section.Partial is { } partial)
        {
            // RFC 9051 §7.5.2: only where it begins.
            writer.Byte((byte)'<');
            writer.Number(partial.Offset);
            writer.Byte((byte)'>');
        }

        writer.Space();
        writer.Commit();
        return buffer.ToArray();
    }

    private static void SectionSpec(ref ResponseWriter writer, FetchSection section)
    {
        for (var i = 0; i < section.Part.Length; i++)
        {
            if (i > 0)
                writer.Byte((byte)'.');
            writer.Number(section.Part[i]);
        }

        if (section.Text == SectionText.All)
            return;
        if (!section.Part.IsEmpty)
            writer.Byte((byte)'.');
        writer.Raw(section.Text switch
        {
            SectionText.Header => "HEADER"u8,
            SectionText.HeaderFields => "HEADER.FIELDS ("u8,
            SectionText.HeaderFieldsNot => "HEADER.FIELDS.NOT ("u8,
            SectionText.Text => "TEXT"u8,
            _ => "MIME"u8,
        });
        if (section.Fields.IsEmpty)
            return;
        for (var i = 0; i < section.Fields.Length; i++)
        {
            if (i > 0)
                writer.Space();
            writer.AString(System.Text.Encoding.ASCII.GetBytes(section.Fields[i]));
        }

        writer.Close();
    }
}
