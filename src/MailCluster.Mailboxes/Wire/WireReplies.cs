using Google.Protobuf;
using MailCluster.Bodies;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes.Wire;

/// <summary>Answers between memory and <c>wire.proto</c>.</summary>
internal static class WireReplies
{
    /// <summary>
    /// The most bytes an answer may take. Only <see cref="InspectAccount"/> comes near: 22 bytes a message, so an account of a million and a half messages. Larger
    /// ones are checked on the node that has them.
    /// </summary>
    public const int BytesMax = 32 * 1024 * 1024;

    public static Reply ToWire(RemoteAnswer answer)
    {
        var wire = new Reply();
        switch (answer.Result)
        {
            case Mailboxes.FolderList list:
                wire.FolderList = new FolderList();
                foreach (var folder in list.Folders)
                    wire.FolderList.Folders.Add(ToWire(folder));
                wire.FolderList.Subscriptions.AddRange(list.Subscriptions.Select(name => name.Value));
                break;
            case Mailboxes.FolderInfo info:
                wire.FolderInfo = ToWire(info);
                break;
            case Mailboxes.AccountInspection inspection:
                wire.AccountInspection = ToWire(inspection);
                break;
            case Mailboxes.MaildropEntry entry:
                wire.MaildropEntry = new MaildropEntry { Admission = (int)entry.Admission };
                break;
            case Mailboxes.FolderPlace place:
                wire.FolderPlace = new FolderPlace
                {
                    Folder = place.Id.Value.ToStored(),
                    UidValidity = place.UidValidity,
                    UidNext = place.UidNext,
                    HighestModSeq = place.HighestModSeq.Value,
                    RecentFrom = place.RecentFrom,
                };
                break;
            case Mailboxes.ScriptList list:
                wire.ScriptList = WireScripts.ToWire(list);
                break;
            case Mailboxes.ScriptText script:
                wire.ScriptText = WireScripts.ToWire(script);
                break;
            case Mailboxes.ActiveScript active:
                wire.ActiveScript = WireScripts.ToWire(active);
                break;
            case Mailboxes.ScriptWork work:
                wire.ScriptWork = WireScriptTasks.ToWire(work);
                break;
            case Mailboxes.QuotaInfo quota:
                wire.QuotaInfo = WireQuota.ToWire(quota);
                break;
            default:
                if (!WireDeliveries.TrySetResult(wire, answer.Result) && !WireAnnotations.TrySetResult(wire, answer.Result))
                    wire.Command = ResultCodec.ToStored(answer.Result);
                break;
        }

        foreach (var mark in answer.Marks)
        {
            wire.Marks.Add(new FolderMark { Folder = mark.Folder.Value.ToStored(), ModSeq = mark.ModSeq.Value, Gone = mark.Gone });
        }

        return wire;
    }

    /// <exception cref="InvalidDataException">Not an answer that this release knows.</exception>
    public static RemoteAnswer FromWire(Reply wire)
    {
        object? result = wire.ResultCase switch
        {
            Reply.ResultOneofCase.Command => ResultCodec.FromStored(wire.Command),
            Reply.ResultOneofCase.FolderList => new Mailboxes.FolderList(
                [.. wire.FolderList.Folders.Select(FromWire)], [.. wire.FolderList.Subscriptions.Select(name => name.ToFolderName())]),
            Reply.ResultOneofCase.FolderInfo => FromWire(wire.FolderInfo),
            Reply.ResultOneofCase.AccountInspection => FromWire(wire.AccountInspection),
            Reply.ResultOneofCase.MaildropEntry => new Mailboxes.MaildropEntry((MaildropAdmission)wire.MaildropEntry.Admission),
            Reply.ResultOneofCase.FolderPlace => new Mailboxes.FolderPlace(
                wire.FolderPlace.Folder.ToFolderId(),
                wire.FolderPlace.UidValidity,
                wire.FolderPlace.UidNext,
                new ModSeq(wire.FolderPlace.HighestModSeq),
                wire.FolderPlace.RecentFrom),
            Reply.ResultOneofCase.ScriptList => WireScripts.FromWire(wire.ScriptList),
            Reply.ResultOneofCase.ScriptText => WireScripts.FromWire(wire.ScriptText),
            Reply.ResultOneofCase.ActiveScript => WireScripts.FromWire(wire.ActiveScript),
            Reply.ResultOneofCase.QuotaInfo => WireQuota.FromWire(wire.QuotaInfo),
            Reply.ResultOneofCase.ScriptWork => WireScriptTasks.FromWire(wire.ScriptWork),
            Reply.ResultOneofCase.Failure => WireFailures.FromWire(wire.Failure),
            _ => WireDeliveries.ResultOf(wire) ?? WireAnnotations.ResultOf(wire),
        };
        return new RemoteAnswer(
            result ?? throw new InvalidDataException("A later release sent an answer of a kind that this one does not know."),
            [.. wire.Marks.Select(mark => new Mailboxes.FolderMark(mark.Folder.ToFolderId(), new ModSeq(mark.ModSeq), mark.Gone))]);
    }

    private static FolderInfo ToWire(Mailboxes.FolderInfo info) => new()
    {
        Folder = info.Id.Value.ToStored(),
        Name = info.Name.Value,
        SpecialUse = (int)info.Use,
        UidValidity = info.UidValidity,
        UidNext = info.UidNext,
        HighestModSeq = info.HighestModSeq.Value,
        Messages = info.Messages,
        Unseen = info.Unseen,
        Deleted = info.Deleted,
        Recent = info.Recent,
        Size = info.Size,
        DeletedSize = info.DeletedSize,
    };

    private static Mailboxes.FolderInfo FromWire(FolderInfo wire) => new(
        wire.Folder.ToFolderId(),
        wire.Name.ToFolderName(),
        (SpecialUse)wire.SpecialUse,
        wire.UidValidity,
        wire.UidNext,
        new ModSeq(wire.HighestModSeq),
        wire.Messages,
        wire.Unseen,
        wire.Deleted,
        wire.Recent,
        wire.Size,
        wire.DeletedSize);

    private static AccountInspection ToWire(Mailboxes.AccountInspection inspection)
    {
        var wire = new AccountInspection();
        foreach (var (name, index) in inspection.Folders)
        {
            var folder = new InspectedFolder { Name = name.Value };
            folder.Parts.AddRange(WireIndexes.PartsOf(index));
            wire.Folders.Add(folder);
        }

        wire.Released.AddRange(inspection.Released.Select(body => body.Value));
        wire.Outbox.AddRange(inspection.Outbox.Select(DeliveryEventCodec.ToStored));
        return wire;
    }

    private static Mailboxes.AccountInspection FromWire(AccountInspection wire) => new(
        [.. wire.Folders.Select(folder => (folder.Name.ToFolderName(), WireIndexes.IndexOf(folder.Parts)))],
        [.. wire.Released.Select(body => new BodyRef(body))],
        [.. wire.Outbox.Select(DeliveryEventCodec.FromStored)]);
}
