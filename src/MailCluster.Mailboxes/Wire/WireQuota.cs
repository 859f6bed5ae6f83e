namespace MailCluster.Mailboxes.Wire;

/// <summary>Requests and answers about quotas between memory and <c>wire.proto</c>.</summary>
internal static class WireQuota
{
    public static void SetCommand(Request wire, IMailboxCommand command)
    {
        switch (command)
        {
            case Mailboxes.DescribeQuota describe:
                wire.DescribeQuota = new DescribeQuota { Recount = describe.Recount };
                break;
            case Mailboxes.SetQuota set:
                wire.SetQuota = new SetQuota();
                if (set.Storage is { } storage)
                    wire.SetQuota.Storage = storage;
                if (set.Messages is { } messages)
                    wire.SetQuota.Messages = messages;
                break;
            case Mailboxes.MarkQuotaLevel mark:
                wire.MarkQuotaLevel = new MarkQuotaLevel { From = mark.From, To = mark.To };
                break;
        }
    }

    public static Mailboxes.SetQuota FromWire(SetQuota wire) =>
        new(wire.HasStorage ? wire.Storage : null, wire.HasMessages ? wire.Messages : null);

    public static QuotaInfo ToWire(Mailboxes.QuotaInfo info)
    {
        var wire = new QuotaInfo
        {
            Storage = info.Storage,
            StorageSource = (int)info.StorageSource,
            Messages = info.Messages,
            MessagesSource = (int)info.MessagesSource,
            DeliverableBytes = info.DeliverableBytes,
            Counted = info.IsCounted,
        };
        if (info.StorageLimit is { } storage)
            wire.StorageLimit = storage;
        if (info.MessagesLimit is { } messages)
            wire.MessagesLimit = messages;
        return wire;
    }

    public static Mailboxes.QuotaInfo FromWire(QuotaInfo wire) => new(
        wire.Storage,
        wire.HasStorageLimit ? wire.StorageLimit : null,
        (QuotaSource)wire.StorageSource,
        wire.Messages,
        wire.HasMessagesLimit ? wire.MessagesLimit : null,
        (QuotaSource)wire.MessagesSource,
        wire.DeliverableBytes,
        wire.Counted);
}
