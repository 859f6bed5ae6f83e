using Google.Protobuf;
using MailCluster.Bodies;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes.Wire;

/// <summary>Requests between memory and <c>wire.proto</c>. A command that is not here cannot be sent to another node; a test looks for one.</summary>
internal static class WireMessages
{
    public static Request ToWire(MailboxRequest request)
    {
        var wire = new Request
        {
            CommandId = request.Context.Id.IsNone ? ByteString.Empty : request.Context.Id.Value.ToStored(),
            Session = request.Context.Session,
            Protocol = request.Context.Protocol,
            ClientAddress = request.Context.ClientAddress,
        };
        SetCommand(wire, request.Command);
        return wire;
    }

    /// <exception cref="InvalidDataException">Not a request that this release knows.</exception>
    public static MailboxRequest FromWire(Request wire)
    {
        var id = wire.CommandId.IsEmpty ? CommandId.None : new CommandId(wire.CommandId.ToGuid());
        return new MailboxRequest(
            CommandOf(wire), new CommandContext(id, wire.Session, wire.Protocol, wire.ClientAddress), IsRemote: true);
    }

    private static void SetCommand(Request wire, IMailboxCommand command)
    {
        switch (command)
        {
            case Mailboxes.AppendMessages append:
                wire.AppendMessages = new AppendMessages { Folder = append.Folder.Value, QuotaCheck = (int)append.Quota };
                foreach (var message in append.Messages)
                    wire.AppendMessages.Messages.Add(EventCodec.ToStored(message));
                break;
            case Mailboxes.StoreFlags store:
                wire.StoreFlags = new StoreFlags
                {
                    Folder = store.Folder.Value.ToStored(),
                    Uids = store.Uids.ToStored(),
                    Operation = (int)store.Operation,
                    Flags = (uint)store.Flags,
                };
                wire.StoreFlags.Keywords.AddRange(store.Keywords);
                if (store.UnchangedSince is { } since)
                    wire.StoreFlags.UnchangedSince = since.Value;
                break;
            case CopyMessages copy:
                wire.CopyMessages = Transfer(copy.Source, copy.Uids, copy.Target);
                break;
            case MoveMessages move:
                wire.MoveMessages = Transfer(move.Source, move.Uids, move.Target);
                break;
            case Mailboxes.ExpungeMessages expunge:
                wire.ExpungeMessages = new ExpungeMessages
                {
                    Folder = expunge.Folder.Value.ToStored(),
                    Uids = expunge.Uids?.ToStored(),
                    WithoutDeleted = !expunge.OnlyDeleted,
                };
                break;
            case Mailboxes.CreateFolder create:
                wire.CreateFolder = new CreateFolder { Name = create.Name.Value, SpecialUse = (int)create.Use };
                break;
            case DeleteFolder delete:
                wire.DeleteFolder = new NamedFolder { Name = delete.Name.Value };
                break;
            case Mailboxes.RenameFolder rename:
                wire.RenameFolder = new RenameFolder { From = rename.From.Value, To = rename.To.Value };
                break;
            case Mailboxes.SetSubscription subscription:
                wire.SetSubscription = new SetSubscription { Name = subscription.Name.Value, Subscribed = subscription.Subscribed };
                break;
            case PurgeAccount:
                wire.PurgeAccount = new Nothing();
                break;
            case ListFolders:
                wire.ListFolders = new Nothing();
                break;
            case DescribeFolder describe:
                wire.DescribeFolder = new NamedFolder { Name = describe.Name.Value };
                break;
            case InspectAccount:
                wire.InspectAccount = new Nothing();
                break;
            case Mailboxes.EnterMaildrop or Mailboxes.RenewMaildrop or Mailboxes.LeaveMaildrop:
                WireMaildrops.SetCommand(wire, command);
                break;
            case Mailboxes.OpenFolder open:
                wire.OpenFolder = new OpenFolder { Name = open.Name.Value, TakeRecent = open.TakeRecent };
                break;
            case Mailboxes.LocateFolder locate:
                wire.LocateFolder = new LocateFolder { Folder = locate.Folder.Value.ToStored() };
                break;
            case Mailboxes.PutScript put:
                wire.PutScript = WireScripts.ToWire(put);
                break;
            case DeleteScript delete:
                wire.DeleteScript = new NamedScript { Name = delete.Name.Value };
                break;
            case Mailboxes.RenameScript rename:
                wire.RenameScript = new RenameScript { From = rename.From.Value, To = rename.To.Value };
                break;
            case SetActiveScript activate:
                wire.SetActiveScript = new NamedScript { Name = activate.Name?.Value ?? "" };
                break;
            case ListScripts list:
                wire.ScriptQuery = WireScripts.ToWire(list);
                break;
            case GetScript get:
                wire.ScriptQuery = WireScripts.ToWire(get);
                break;
            case GetActiveScript get:
                wire.ScriptQuery = WireScripts.ToWire(get);
                break;
            case AskScriptSpace ask:
                wire.ScriptQuery = WireScripts.ToWire(ask);
                break;
            case Mailboxes.DescribeQuota or Mailboxes.SetQuota or Mailboxes.MarkQuotaLevel:
                WireQuota.SetCommand(wire, command);
                break;
            default:
                if (WireDeliveries.TrySetCommand(wire, command) || WireAnnotations.TrySetCommand(wire, command) || WireScriptTasks.TrySetCommand(wire, command))
                    break;
                throw new InvalidOperationException($"{command.GetType().Name} has no form for other nodes.");
        }
    }

    private static IMailboxCommand CommandOf(Request wire) => wire.CommandCase switch
    {
        Request.CommandOneofCase.AppendMessages => new Mailboxes.AppendMessages(
            wire.AppendMessages.Folder.ToFolderName(),
            [.. wire.AppendMessages.Messages.Select(EventCodec.FromStored)],
            (QuotaCheck)wire.AppendMessages.QuotaCheck),
        Request.CommandOneofCase.StoreFlags => new Mailboxes.StoreFlags(
            wire.StoreFlags.Folder.ToFolderId(),
            wire.StoreFlags.Uids.ToUidSet(),
            (FlagOperation)wire.StoreFlags.Operation,
            (SystemFlags)wire.StoreFlags.Flags,
            wire.StoreFlags.Keywords.ToKeywords(),
            wire.StoreFlags.HasUnchangedSince ? new ModSeq(wire.StoreFlags.UnchangedSince) : null),
        Request.CommandOneofCase.CopyMessages => new CopyMessages(
            wire.CopyMessages.Source.ToFolderId(), wire.CopyMessages.Uids.ToUidSet(), wire.CopyMessages.Target.ToFolderName()),
        Request.CommandOneofCase.MoveMessages => new MoveMessages(
            wire.MoveMessages.Source.ToFolderId(), wire.MoveMessages.Uids.ToUidSet(), wire.MoveMessages.Target.ToFolderName()),
        Request.CommandOneofCase.ExpungeMessages => new Mailboxes.ExpungeMessages(
            wire.ExpungeMessages.Folder.ToFolderId(), wire.ExpungeMessages.Uids?.ToUidSet(), !wire.ExpungeMessages.WithoutDeleted),
        Request.CommandOneofCase.CreateFolder => new Mailboxes.CreateFolder(
            wire.CreateFolder.Name.ToFolderName(), (SpecialUse)wire.CreateFolder.SpecialUse),
        Request.CommandOneofCase.DeleteFolder => new DeleteFolder(wire.DeleteFolder.Name.ToFolderName()),
        Request.CommandOneofCase.RenameFolder => new Mailboxes.RenameFolder(
            wire.RenameFolder.From.ToFolderName(), wire.RenameFolder.To.ToFolderName()),
        Request.CommandOneofCase.SetSubscription => new Mailboxes.SetSubscription(
            wire.SetSubscription.Name.ToFolderName(), wire.SetSubscription.Subscribed),
        Request.CommandOneofCase.PurgeAccount => new PurgeAccount(),
        Request.CommandOneofCase.ListFolders => new ListFolders(),
        Request.CommandOneofCase.DescribeFolder => new DescribeFolder(wire.DescribeFolder.Name.ToFolderName()),
        Request.CommandOneofCase.InspectAccount => new InspectAccount(),
        Request.CommandOneofCase.EnterMaildrop or Request.CommandOneofCase.RenewMaildrop or Request.CommandOneofCase.LeaveMaildrop =>
            WireMaildrops.CommandOf(wire),
        Request.CommandOneofCase.OpenFolder => new Mailboxes.OpenFolder(wire.OpenFolder.Name.ToFolderName(), wire.OpenFolder.TakeRecent),
        Request.CommandOneofCase.LocateFolder => new Mailboxes.LocateFolder(wire.LocateFolder.Folder.ToFolderId()),
        Request.CommandOneofCase.PutScript => WireScripts.FromWire(wire.PutScript),
        Request.CommandOneofCase.DeleteScript => new DeleteScript(wire.DeleteScript.Name.ToScriptName()),
        Request.CommandOneofCase.RenameScript => new Mailboxes.RenameScript(
            wire.RenameScript.From.ToScriptName(), wire.RenameScript.To.ToScriptName()),
        Request.CommandOneofCase.SetActiveScript => new SetActiveScript(wire.SetActiveScript.Name.ToOptionalScriptName()),
        Request.CommandOneofCase.ScriptQuery => WireScripts.FromWire(wire.ScriptQuery),
        Request.CommandOneofCase.DescribeQuota => new Mailboxes.DescribeQuota(wire.DescribeQuota.Recount),
        Request.CommandOneofCase.SetQuota => WireQuota.FromWire(wire.SetQuota),
        Request.CommandOneofCase.MarkQuotaLevel => new Mailboxes.MarkQuotaLevel(wire.MarkQuotaLevel.From, wire.MarkQuotaLevel.To),
        _ => WireDeliveries.CommandOf(wire) ?? WireAnnotations.CommandOf(wire) ?? WireScriptTasks.CommandOf(wire)
            ?? throw new InvalidDataException("A later release sent a request of a kind that this one does not know."),
    };

    private static TransferMessages Transfer(FolderId source, UidSet uids, FolderName target) =>
        new() { Source = source.Value.ToStored(), Uids = uids.ToStored(), Target = target.Value };
}
