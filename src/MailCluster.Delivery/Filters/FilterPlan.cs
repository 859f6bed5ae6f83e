using MailCluster.Mailboxes;

namespace MailCluster.Delivery.Filters;

/// <summary>A message that is to be stored once, however many uses it has. Two objects are two messages.</summary>
internal sealed class MailBytes(ReadOnlyMemory<byte> bytes)
{
    public ReadOnlyMemory<byte> Bytes => bytes;
}

/// <summary>A copy into a folder.</summary>
internal sealed record PlannedFiling(MailBytes Message, Filing Filing);

/// <summary>A message for somebody else. Its mail has no body yet.</summary>
internal sealed record PlannedMail(MailBytes Message, OutgoingMail Mail);

/// <summary>What is to happen to one message for one recipient, all in one change of the account.</summary>
internal sealed class FilterPlan
{
    private (MailBytes Message, DeliveryMark Mark)? _note;

    public List<PlannedFiling> Filings { get; } = [];

    public List<PlannedMail> Outgoing { get; } = [];

    /// <summary>What the plan rests on.</summary>
    public HashSet<MarkKey> Absent { get; } = [];

    public List<DeliveryMark> Marks { get; } = [];

    /// <summary>Null, or with what words the message is refused: then nothing else happens.</summary>
    public string? Rejection { get; set; }

    /// <summary>The sender is told by a message that it is refused.</summary>
    public bool IsRefusedByMail { get; set; }

    /// <summary>Of a message that is in a folder already: it stays there.</summary>
    public bool IsKept { get; set; }

    /// <summary>Of a message that is in a folder already: what flags it is to have; null for those that it has.</summary>
    public MessageFlags? Flags { get; set; }

    /// <summary>A message of ours to the account's owner, to be remembered with it; it goes without saying where it has no room.</summary>
    public void Note(MailBytes message, DeliveryMark mark)
    {
        _note = (message, mark);
        Marks.Add(mark);
        File(message, FolderName.Inbox, SystemFlags.None, [], MissingFolder.UseInbox, SpecialUse.None, subscribe: false);
    }

    /// <summary>Takes the note out, and gives it; null: there is none.</summary>
    public MailBytes? DropNote()
    {
        if (_note is not { } note)
            return null;
        _note = null;
        Marks.Remove(note.Mark);
        Filings.RemoveAll(filing => ReferenceEquals(filing.Message, note.Message));
        return note.Message;
    }

    public void File(MailBytes message, FolderName folder, SystemFlags flags, IEnumerable<string> keywords, MissingFolder missing, SpecialUse use, bool subscribe)
    {
        var placeholder = new NewMessage(default, default, 0, default, flags, [.. keywords]);
        Filings.Add(new PlannedFiling(message, new Filing(folder, placeholder, missing, use, subscribe)));
    }

    public void Send(MailBytes message, OutgoingKind kind, string sender, string recipient, string header, OutgoingTerms terms) =>
        Outgoing.Add(new PlannedMail(message, new OutgoingMail(kind, sender, recipient, header, default, default, 0, terms)));
}
