using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes.Wire;

/// <summary>Commands and queries of deliveries and of the outbox between memory and <c>wire.proto</c>.</summary>
internal static class WireDeliveries
{
    /// <summary>False: another kind of command.</summary>
    public static bool TrySetCommand(Request wire, IMailboxCommand command)
    {
        switch (command)
        {
            case Mailboxes.DeliverMessage deliver:
                wire.DeliverMessage = ToWire(deliver);
                return true;
            case Mailboxes.ClaimOutboxEntry claim:
                wire.ClaimOutboxEntry = new ClaimOutboxEntry { Id = claim.Id.Value.ToStored(), UntilMs = claim.Until.ToUnixTimeMilliseconds() };
                return true;
            case Mailboxes.SettleOutboxEntry settle:
                wire.SettleOutboxEntry = new SettleOutboxEntry
                {
                    Id = settle.Id.Value.ToStored(),
                    Verdict = (int)settle.Verdict,
                    NextAttemptMs = settle.NextAttempt.ToUnixTimeMilliseconds(),
                    Response = settle.Response,
                };
                wire.SettleOutboxEntry.Filings.AddRange(settle.Filings.Select(ToWire));
                return true;
            case ListOutbox:
                wire.ListOutbox = new Nothing();
                return true;
            case Mailboxes.FindMarks find:
                wire.FindMarks = new MarkKeys();
                wire.FindMarks.Keys.AddRange(find.Keys.Select(key => key.Value.ToStored()));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Null: another kind of command.</summary>
    public static IMailboxCommand? CommandOf(Request wire) => wire.CommandCase switch
    {
        Request.CommandOneofCase.DeliverMessage => FromWire(wire.DeliverMessage),
        Request.CommandOneofCase.ClaimOutboxEntry => new Mailboxes.ClaimOutboxEntry(
            new OutboxId(wire.ClaimOutboxEntry.Id.ToGuid()), DateTimeOffset.FromUnixTimeMilliseconds(wire.ClaimOutboxEntry.UntilMs)),
        Request.CommandOneofCase.SettleOutboxEntry => new Mailboxes.SettleOutboxEntry(
            new OutboxId(wire.SettleOutboxEntry.Id.ToGuid()),
            (OutboxVerdict)wire.SettleOutboxEntry.Verdict,
            DateTimeOffset.FromUnixTimeMilliseconds(wire.SettleOutboxEntry.NextAttemptMs),
            wire.SettleOutboxEntry.Response,
            [.. wire.SettleOutboxEntry.Filings.Select(FromWire)]),
        Request.CommandOneofCase.ListOutbox => new ListOutbox(),
        Request.CommandOneofCase.FindMarks => new Mailboxes.FindMarks([.. wire.FindMarks.Keys.Select(key => new MarkKey(key.ToGuid()))]),
        _ => null,
    };

    /// <summary>False: another kind of answer.</summary>
    public static bool TrySetResult(Reply wire, object result)
    {
        switch (result)
        {
            case Mailboxes.OutboxList list:
                wire.OutboxList = new OutboxList();
                wire.OutboxList.Entries.AddRange(list.Entries.Select(DeliveryEventCodec.ToStored));
                return true;
            case MarksFound found:
                wire.MarksFound = new MarkKeys();
                wire.MarksFound.Keys.AddRange(found.Keys.Select(key => key.Value.ToStored()));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Null: another kind of answer.</summary>
    public static object? ResultOf(Reply wire) => wire.ResultCase switch
    {
        Reply.ResultOneofCase.OutboxList => new Mailboxes.OutboxList([.. wire.OutboxList.Entries.Select(DeliveryEventCodec.FromStored)]),
        Reply.ResultOneofCase.MarksFound => new MarksFound([.. wire.MarksFound.Keys.Select(key => new MarkKey(key.ToGuid()))]),
        _ => null,
    };

    public static DeliverMessage ToWire(Mailboxes.DeliverMessage deliver)
    {
        var wire = new DeliverMessage { QuotaCheck = (int)deliver.Quota };
        wire.Filings.AddRange(deliver.Filings.Select(ToWire));
        wire.Absent.AddRange(deliver.Absent.Select(key => key.Value.ToStored()));
        wire.Marks.AddRange(deliver.Marks.Select(DeliveryEventCodec.ToStored));
        wire.Outgoing.AddRange(deliver.Outgoing.Select(DeliveryEventCodec.ToStored));
        return wire;
    }

    public static Mailboxes.DeliverMessage FromWire(DeliverMessage wire) => new(
        [.. wire.Filings.Select(FromWire)],
        [.. wire.Absent.Select(key => new MarkKey(key.ToGuid()))],
        [.. wire.Marks.Select(DeliveryEventCodec.FromStored)],
        [.. wire.Outgoing.Select(DeliveryEventCodec.FromStored)],
        (QuotaCheck)wire.QuotaCheck);

    private static Filing ToWire(Mailboxes.Filing filing) => new()
    {
        Folder = filing.Folder.Value,
        Message = EventCodec.ToStored(filing.Message),
        IfMissing = (int)filing.IfMissing,
        CreateAs = (int)filing.CreateAs,
        Subscribe = filing.Subscribe,
    };

    private static Mailboxes.Filing FromWire(Filing wire) => new(
        wire.Folder.ToFolderName(), EventCodec.FromStored(wire.Message), (MissingFolder)wire.IfMissing, (SpecialUse)wire.CreateAs, wire.Subscribe);
}
