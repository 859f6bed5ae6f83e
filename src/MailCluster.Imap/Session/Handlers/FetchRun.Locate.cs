using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>Finding the bytes that sections name (RFC 9051 §6.4.5.1), from the summary.</summary>
internal sealed partial class FetchRun
{
    private readonly FetchContent[] _contents = [.. plan.Sections.Select(static _ => new FetchContent())];

    private void Locate(in MessageRow row, ReadOnlySpan<byte> summaryBytes)
    {
        for (var i = 0; i < _contents.Length; i++)
        {
            var section = plan.Sections[i];
            if (!FetchPlan.IsWholeMessage(section))
                Locate(section, plan.Fields(i), MessageSummary.Parse(summaryBytes), _contents[i]);
            else if (section.Form == SectionForm.BinarySize)
                _contents[i].SetSize(row.Size);
            else
                _contents[i].SetRange(new ByteRange(0, (int)row.Size));
        }
    }

    private static void Locate(FetchSection section, HeaderFieldSet fields, in MessageSummary summary, FetchContent content)
    {
        var path = section.Part.AsSpan();
        if (section.Form is SectionForm.Binary or SectionForm.BinaryPeek or SectionForm.BinarySize)
        {
            LocateBinary(section, summary, content);
            return;
        }

        var wanted = section.Text switch
        {
            SectionText.All => BodySection.All,
            SectionText.Text => BodySection.Text,
            SectionText.Mime => BodySection.Mime,
            _ => BodySection.Header,
        };
        if (!BodyPartLocator.TryLocate(summary, path, wanted, out var range))
            content.SetNothing();
        else if (section.Text is not (SectionText.HeaderFields or SectionText.HeaderFieldsNot))
            content.SetRange(range);
        else if (path.IsEmpty)
            SelectFields(section, fields, summary.Headers, content);
        else
            content.SetEmbeddedHeader(range);
    }

    private static void LocateBinary(FetchSection section, in MessageSummary summary, FetchContent content)
    {
        var sizeOnly = section.Form == SectionForm.BinarySize;
        if (!BodyPartLocator.TryFind(summary, section.Part.AsSpan(), out var part))
        {
            if (sizeOnly)
                content.SetSize(0);
            else
                content.SetNothing();
        }
        else if (part.DecodedSize < 0)
            content.SetUnknownEncoding();
        else if (sizeOnly)
            content.SetSize(part.DecodedSize);
        else if (part.Kind == MimePartKind.Leaf)
            content.SetDecoded(part);
        else
            content.SetRange(part.Body);
    }

    private static void SelectFields(FetchSection section, HeaderFieldSet fields, HeaderIndex headers, FetchContent content)
    {
        if (TryTakeFields(section, fields, headers, content))
            return;
        content.SetFields();
        foreach (var field in headers)
        {
            if (fields.Contains(field) == (section.Text == SectionText.HeaderFields))
                content.Add(field.Field);
        }
    }

    /// <summary>Takes the fields from the summary; false if one of them is not kept there.</summary>
    private static bool TryTakeFields(FetchSection section, HeaderFieldSet fields, HeaderIndex headers, FetchContent content)
    {
        var bytes = content.SetAtHand();
        foreach (var field in headers)
        {
            if (fields.Contains(field) != (section.Text == SectionText.HeaderFields))
                continue;
            if (field.Kept.Length < field.Field.Length)
                return false;
            bytes.Append(field.Kept);
        }

        content.CompleteAtHand();
        return true;
    }

    private static void SelectFields(FetchSection section, HeaderFieldSet fields, ReadOnlySpan<byte> header, int offset, FetchContent content)
    {
        content.SetFields();
        foreach (var field in new HeaderFieldReader(header))
        {
            if (fields.Contains(field.Name.Of(header)) == (section.Text == SectionText.HeaderFields))
                content.Add(new ByteRange(offset + field.Field.Offset, field.Field.Length));
        }
    }
}
