using MailCluster.Mime;

namespace MailCluster.Mailboxes.Search;

/// <summary>One of the fields that a summary holds decoded and folded: Subject, From, To, Cc, Bcc.</summary>
internal sealed class KnownFieldNode(KnownField field, byte[] needle) : MessageNode
{
    public override SearchCost Cost => SearchCost.Summary;

    public override bool UsesSummary => true;

    public override Verdict Evaluate(in SearchedMessage message)
    {
        if (!message.HasSummary)
            return Verdict.Unknown;
        var summary = message.Summary;
        var value = field switch
        {
            KnownField.Subject => summary.SearchSubject,
            KnownField.From => summary.SearchFrom,
            KnownField.To => summary.SearchTo,
            KnownField.Cc => summary.SearchCc,
            _ => summary.SearchBcc,
        };
        return SearchText.Contains(value, needle) ? Verdict.Yes : Verdict.No;
    }
}

internal enum KnownField
{
    Subject,
    From,
    To,
    Cc,
    Bcc,
}

/// <summary>Any other field: whether it is there is told by the summary, what is in it by the text.</summary>
internal sealed class FieldNode(byte[] name, byte[] foldedName, byte[] needle) : MessageNode
{
    public override SearchCost Cost => needle.Length == 0 ? SearchCost.Summary : SearchCost.Text;

    public override bool UsesSummary => true;

    public override Verdict Evaluate(in SearchedMessage message)
    {
        if (!message.HasSummary)
            return Verdict.Unknown;
        if (!message.Summary.Headers.Contains(name))
            return Verdict.No;
        if (needle.Length == 0)
            return Verdict.Yes;
        if (!message.HasText)
            return Verdict.Unknown;
        return SearchText.HeaderContains(message.Text, foldedName, needle) ? Verdict.Yes : Verdict.No;
    }
}

/// <summary>
/// SENTBEFORE, SENTON, SENTSINCE: the Date field without its zone. A message without a date that can be read matches none of them.
/// </summary>
internal sealed class SentDateNode(DateRelation relation, DateOnly day) : MessageNode
{
    public override SearchCost Cost => SearchCost.Summary;

    public override bool UsesSummary => true;

    public override Verdict Evaluate(in SearchedMessage message)
    {
        if (!message.HasSummary)
            return Verdict.Unknown;
        return message.Summary.SentDate is { } sent
            && IndexScans.Holds(relation, sent.LocalDate.DayNumber, day.DayNumber) ? Verdict.Yes : Verdict.No;
    }
}

/// <summary>BODY, and TEXT, which looks through the header too.</summary>
internal sealed class TextNode(byte[] needle, bool withHeader) : MessageNode
{
    public override SearchCost Cost => SearchCost.Text;

    public override Verdict Evaluate(in SearchedMessage message)
    {
        if (!message.HasText)
            return Verdict.Unknown;
        var hay = withHeader ? SearchText.All(message.Text) : SearchText.Body(message.Text);
        return SearchText.Contains(hay, needle) ? Verdict.Yes : Verdict.No;
    }
}
