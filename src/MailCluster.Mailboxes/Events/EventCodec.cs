using System.Buffers;
using System.Collections.Immutable;
using Google.Protobuf;
using MailCluster.Bodies;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes;

/// <summary>Changes between memory and the journal's payload (<c>mailbox.proto</c>).</summary>
internal static class EventCodec
{
    public static void Encode(IReadOnlyList<MailboxChange> changes, IBufferWriter<byte> payload)
    {
        var batch = new ChangeBatch();
        foreach (var change in changes)
            batch.Changes.Add(ToStored(change));
        batch.WriteTo(payload);
    }

    /// <exception cref="InvalidDataException">The payload is damaged, or a later release wrote an event that this one does not know.</exception>
    public static IReadOnlyList<MailboxChange> Decode(ReadOnlyMemory<byte> payload)
    {
        ChangeBatch batch;
        try
        {
            batch = ChangeBatch.Parser.ParseFrom(payload.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException("A journal entry is damaged: " + e.Message, e);
        }

        var changes = new MailboxChange[batch.Changes.Count];
        for (var i = 0; i < changes.Length; i++)
            changes[i] = FromStored(batch.Changes[i]);
        return changes;
    }

    private static Change ToStored(MailboxChange change)
    {
        var stored = new Change
        {
            OriginSite = change.OriginSite,
            OriginSequenceNr = change.OriginSequenceNr,
            TimeMs = change.Time.ToUnixTimeMilliseconds(),
            CommandId = change.Cause.Id.IsNone ? ByteString.Empty : change.Cause.Id.Value.ToStored(),
            Session = change.Cause.Session,
            Protocol = change.Cause.Protocol,
            ClientAddress = change.Cause.ClientAddress,
            Result = change.Result is null ? null : ResultCodec.ToStored(change.Result),
        };
        foreach (var e in change.Events)
            stored.Events.Add(ToStored(e));
        return stored;
    }

    private static MailboxChange FromStored(Change stored)
    {
        var events = ImmutableArray.CreateBuilder<MailboxEvent>(stored.Events.Count);
        foreach (var e in stored.Events)
            events.Add(FromStored(e));
        var id = stored.CommandId.IsEmpty ? CommandId.None : new CommandId(stored.CommandId.ToGuid());
        return new MailboxChange(
            stored.OriginSite,
            stored.OriginSequenceNr,
            DateTimeOffset.FromUnixTimeMilliseconds(stored.TimeMs),
            new CommandContext(id, stored.Session, stored.Protocol, stored.ClientAddress),
            ResultCodec.FromStored(stored.Result),
            events.MoveToImmutable());
    }

    private static Event ToStored(MailboxEvent e) => e switch
    {
        MessagesAppended appended => new Event { MessagesAppended = ToStored(appended) },
        FlagsChanged flags => new Event { FlagsChanged = ToStored(flags) },
        MessagesExpunged expunged => new Event
        {
            MessagesExpunged = new Stored.MessagesExpunged
            {
                Folder = expunged.Folder.Value.ToStored(),
                Uids = expunged.Uids.ToStored(),
                ModSeq = expunged.ModSeq.Value,
            },
        },
        MessagesCopied copied => new Event
        {
            MessagesCopied = new Stored.MessagesCopied
            {
                Source = copied.Source.Value.ToStored(),
                Uids = copied.Uids.ToStored(),
                Target = copied.Target.Value.ToStored(),
                FirstTargetUid = copied.FirstTargetUid,
                ModSeq = copied.ModSeq.Value,
                SaveDate = copied.SaveDate,
            },
        },
        MessagesMoved moved => new Event
        {
            MessagesMoved = new Stored.MessagesMoved
            {
                Source = moved.Source.Value.ToStored(),
                Uids = moved.Uids.ToStored(),
                Target = moved.Target.Value.ToStored(),
                FirstTargetUid = moved.FirstTargetUid,
                ModSeq = moved.ModSeq.Value,
                SaveDate = moved.SaveDate,
            },
        },
        FolderCreated created => new Event
        {
            FolderCreated = new Stored.FolderCreated
            {
                Folder = created.Folder.Value.ToStored(),
                Name = created.Name.Value,
                SpecialUse = (int)created.Use,
                UidValidity = created.UidValidity,
                ModSeq = created.ModSeq.Value,
                Provisioned = created.Provisioned,
            },
        },
        FolderDeleted deleted => new Event
        {
            FolderDeleted = new Stored.FolderDeleted { Folder = deleted.Folder.Value.ToStored(), ModSeq = deleted.ModSeq.Value },
        },
        FolderRenamed renamed => new Event
        {
            FolderRenamed = new Stored.FolderRenamed
            {
                Folder = renamed.Folder.Value.ToStored(),
                Name = renamed.Name.Value,
                ModSeq = renamed.ModSeq.Value,
            },
        },
        SubscriptionChanged subscription => new Event
        {
            SubscriptionChanged = new Stored.SubscriptionChanged
            {
                Name = subscription.Name.Value,
                Subscribed = subscription.Subscribed,
            },
        },
        AccountCreated created => new Event { AccountCreated = new Stored.AccountCreated { Account = created.Account } },
        ScriptPut put => ScriptCodec.ToStored(put),
        ScriptDeleted deleted => ScriptCodec.ToStored(deleted),
        ScriptRenamed renamed => ScriptCodec.ToStored(renamed),
        ScriptActivated activated => ScriptCodec.ToStored(activated),
        AccountPurged purged => new Event { AccountPurged = new Stored.AccountPurged { ModSeq = purged.ModSeq.Value } },
        AnnotationsChanged annotations => AnnotationCodec.ToStored(annotations),
        ScriptsQueued queued => ScriptTaskCodec.ToStored(queued),
        ScriptsSettled settled => ScriptTaskCodec.ToStored(settled),
        QuotaChanged quota => new Event { QuotaChanged = QuotaCodec.ToStored(quota) },
        _ => DeliveryEventCodec.ToStored(e) ?? throw new InvalidOperationException($"{e.GetType().Name} has no stored form."),
    };

    private static MailboxEvent FromStored(Event stored) => stored.KindCase switch
    {
        Event.KindOneofCase.MessagesAppended => FromStored(stored.MessagesAppended),
        Event.KindOneofCase.FlagsChanged => FromStored(stored.FlagsChanged),
        Event.KindOneofCase.MessagesExpunged => new MessagesExpunged(
            stored.MessagesExpunged.Folder.ToFolderId(),
            stored.MessagesExpunged.Uids.ToUidSet(),
            new ModSeq(stored.MessagesExpunged.ModSeq)),
        Event.KindOneofCase.MessagesCopied => new MessagesCopied(
            stored.MessagesCopied.Source.ToFolderId(),
            stored.MessagesCopied.Uids.ToUidSet(),
            stored.MessagesCopied.Target.ToFolderId(),
            stored.MessagesCopied.FirstTargetUid,
            new ModSeq(stored.MessagesCopied.ModSeq),
            stored.MessagesCopied.SaveDate),
        Event.KindOneofCase.MessagesMoved => new MessagesMoved(
            stored.MessagesMoved.Source.ToFolderId(),
            stored.MessagesMoved.Uids.ToUidSet(),
            stored.MessagesMoved.Target.ToFolderId(),
            stored.MessagesMoved.FirstTargetUid,
            new ModSeq(stored.MessagesMoved.ModSeq),
            stored.MessagesMoved.SaveDate),
        Event.KindOneofCase.AnnotationsChanged => AnnotationCodec.FromStored(stored.AnnotationsChanged),
        Event.KindOneofCase.QuotaChanged => QuotaCodec.FromStored(stored.QuotaChanged),
        Event.KindOneofCase.ScriptsQueued => ScriptTaskCodec.FromStored(stored.ScriptsQueued),
        Event.KindOneofCase.ScriptsSettled => ScriptTaskCodec.FromStored(stored.ScriptsSettled),
        Event.KindOneofCase.FolderCreated => new FolderCreated(
            stored.FolderCreated.Folder.ToFolderId(),
            stored.FolderCreated.Name.ToFolderName(),
            (SpecialUse)stored.FolderCreated.SpecialUse,
            stored.FolderCreated.UidValidity,
            new ModSeq(stored.FolderCreated.ModSeq),
            stored.FolderCreated.Provisioned),
        Event.KindOneofCase.FolderDeleted => new FolderDeleted(
            stored.FolderDeleted.Folder.ToFolderId(), new ModSeq(stored.FolderDeleted.ModSeq)),
        Event.KindOneofCase.FolderRenamed => new FolderRenamed(
            stored.FolderRenamed.Folder.ToFolderId(), stored.FolderRenamed.Name.ToFolderName(), new ModSeq(stored.FolderRenamed.ModSeq)),
        Event.KindOneofCase.SubscriptionChanged => new SubscriptionChanged(
            stored.SubscriptionChanged.Name.ToFolderName(), stored.SubscriptionChanged.Subscribed),
        Event.KindOneofCase.AccountCreated => new AccountCreated(stored.AccountCreated.Account),
        Event.KindOneofCase.ScriptPut => ScriptCodec.FromStored(stored.ScriptPut),
        Event.KindOneofCase.ScriptDeleted => ScriptCodec.FromStored(stored.ScriptDeleted),
        Event.KindOneofCase.ScriptRenamed => ScriptCodec.FromStored(stored.ScriptRenamed),
        Event.KindOneofCase.ScriptActivated => ScriptCodec.FromStored(stored.ScriptActivated),
        Event.KindOneofCase.AccountPurged => new AccountPurged(new ModSeq(stored.AccountPurged.ModSeq)),
        _ => DeliveryEventCodec.FromStored(stored)
            ?? throw new InvalidDataException("A journal entry has an event of a kind this release does not know; a later release wrote it."),
    };

    private static Stored.MessagesAppended ToStored(MessagesAppended e)
    {
        var stored = new Stored.MessagesAppended
        {
            Folder = e.Folder.Value.ToStored(),
            FirstUid = e.FirstUid,
            ModSeq = e.ModSeq.Value,
            SaveDate = e.SaveDate,
        };
        stored.Messages.Capacity = e.Messages.Length;
        foreach (var message in e.Messages)
            stored.Messages.Add(ToStored(message));

        return stored;
    }

    private static MessagesAppended FromStored(Stored.MessagesAppended stored)
    {
        var messages = ImmutableArray.CreateBuilder<NewMessage>(stored.Messages.Count);
        foreach (var message in stored.Messages)
            messages.Add(FromStored(message));

        return new MessagesAppended(
            stored.Folder.ToFolderId(), stored.FirstUid, new ModSeq(stored.ModSeq), stored.SaveDate, messages.MoveToImmutable());
    }

    public static Message ToStored(NewMessage message)
    {
        var stored = new Message
        {
            EmailId = message.EmailId.Value.ToStored(),
            Body = message.Body.Value,
            Size = message.Size,
            InternalDate = message.InternalDate.Packed,
            Flags = (uint)message.Flags,
        };
        stored.Keywords.AddRange(message.Keywords);
        return stored;
    }

    public static NewMessage FromStored(Message stored) => new(
        new EmailId(stored.EmailId.ToGuid()),
        new BodyRef(stored.Body),
        stored.Size,
        InternalDate.FromPacked(stored.InternalDate),
        (SystemFlags)stored.Flags,
        stored.Keywords.ToKeywords());

    private static Stored.FlagsChanged ToStored(FlagsChanged e)
    {
        var stored = new Stored.FlagsChanged
        {
            Folder = e.Folder.Value.ToStored(),
            Uids = e.Uids.ToStored(),
            Operation = (int)e.Operation,
            Flags = (uint)e.Flags,
            ModSeq = e.ModSeq.Value,
        };
        stored.Keywords.AddRange(e.Keywords);
        return stored;
    }

    private static FlagsChanged FromStored(Stored.FlagsChanged stored) => new(
        stored.Folder.ToFolderId(),
        stored.Uids.ToUidSet(),
        (FlagOperation)stored.Operation,
        (SystemFlags)stored.Flags,
        stored.Keywords.ToKeywords(),
        new ModSeq(stored.ModSeq));
}
