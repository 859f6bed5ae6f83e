using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes;

/// <summary>Answers of the commands of deliveries and of the outbox between memory and their stored form.</summary>
internal static class DeliveryResultCodec
{
    /// <summary>Null: another kind of answer.</summary>
    public static Result? ToStored(object result)
    {
        switch (result)
        {
            case DeliveryResult delivery:
                var stored = new Stored.DeliveryResult { IsOvertaken = delivery.IsOvertaken };
                stored.Filed.AddRange(delivery.Filed.Select(filed => new Stored.FiledMessage
                {
                    Name = filed.Folder.Value,
                    Folder = filed.Id.Value.ToStored(),
                    UidValidity = filed.UidValidity,
                    Uid = filed.Uid,
                    ModSeq = filed.ModSeq.Value,
                }));
                return new Result { Delivery = stored };
            case OutboxClaim claim:
                return new Result { OutboxClaim = new Stored.OutboxClaim { IsGranted = claim.IsGranted } };
            case OutboxSettled settled:
                return new Result { OutboxSettled = new Stored.OutboxSettled { IsChanged = settled.IsChanged } };
            default:
                return null;
        }
    }

    /// <summary>Null: another kind of answer.</summary>
    public static object? FromStored(Result stored) => stored.KindCase switch
    {
        Result.KindOneofCase.Delivery => new DeliveryResult(
            stored.Delivery.IsOvertaken,
            [.. stored.Delivery.Filed.Select(filed => new FiledMessage(
                filed.Name.ToFolderName(), filed.Folder.ToFolderId(), filed.UidValidity, filed.Uid, new ModSeq(filed.ModSeq)))]),
        Result.KindOneofCase.OutboxClaim => new OutboxClaim(stored.OutboxClaim.IsGranted),
        Result.KindOneofCase.OutboxSettled => new OutboxSettled(stored.OutboxSettled.IsChanged),
        _ => null,
    };
}
