using System.Collections.Immutable;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

internal sealed partial record MailboxState
{
    /// <summary>
    /// The state after a change. Pure; the one and only way a state comes to be, in recovery, in the live actor, on replicas. An event that
    /// does not fit the state is a bug or a damaged journal and throws <see cref="InvalidOperationException"/>.
    /// </summary>
    public static MailboxState Apply(MailboxState state, MailboxChange change)
    {
        foreach (var e in change.Events)
            state = Apply(state, e);
        return state with
        {
            Changes = state.Changes + 1,
            Recent = change.Result is null ? state.Recent : state.Recent.Add(change.Cause.Id, change.Time, change.Result),
        };
    }

    private static MailboxState Apply(MailboxState state, MailboxEvent e) => e switch
    {
        MessagesAppended appended => state.Append(appended),
        FlagsChanged flags => state.WithIndex(
            flags.Folder,
            index => index.SetFlags(flags.Uids, flags.Operation, flags.Flags, flags.Keywords, flags.ModSeq),
            flags.ModSeq),
        MessagesExpunged expunged => state.Expunge(expunged.Folder, expunged.Uids, expunged.ModSeq),
        MessagesCopied copied => state.Copy(copied),
        MessagesMoved moved => state.Move(moved),
        FolderCreated created => state.Create(created),
        FolderDeleted deleted => state.Delete(deleted),
        FolderRenamed renamed => state.Rename(renamed),
        SubscriptionChanged subscription => state with
        {
            Subscriptions = subscription.Subscribed
                ? state.Subscriptions.Add(subscription.Name)
                : state.Subscriptions.Remove(subscription.Name),
        },
        MarksRemembered marks => state with { Marks = state.Marks.With(marks.Marks, marks.Time) },
        BodiesShared shared => state.Share(shared),
        OutboxQueued queued => state.Queue(queued),
        OutboxAttempted attempted => state.Attempt(attempted),
        OutboxClosed closed => state.Close(closed),
        AccountCreated created => state with { Account = created.Account },
        AccountPurged purged => state.Purge(purged),
        ScriptPut put => state with { Scripts = state.Scripts.Put(put.Name, StoredScript.Of(put.Content, put.ChangedAt)) },
        ScriptDeleted deleted => state with { Scripts = state.Scripts.Delete(deleted.Name) },
        ScriptRenamed renamed => state with { Scripts = state.Scripts.Rename(renamed.From, renamed.To) },
        ScriptActivated activated => state with { Scripts = state.Scripts.Activate(activated.Name) },
        AnnotationsChanged annotations => state.Annotate(annotations),
        ScriptsQueued queued => state.Queue(queued),
        ScriptsSettled settled => state.Settle(settled),
        QuotaChanged quota => state with { Quota = state.Quota.With(quota) },
        _ => throw new InvalidOperationException($"No rule applies {e.GetType().Name}."),
    };

    private MailboxState WithIndex(FolderId id, Func<FolderIndex, FolderIndex> change, ModSeq modSeq)
    {
        var folder = FolderOf(id);
        var index = change(folder.Index);
        return this with
        {
            ModSeq = Max(ModSeq, modSeq),
            Folders = Folders.SetItem(id, folder with { Index = index }),
            Messages = Messages + index.Exists - folder.Index.Exists,
            Size = Size + index.Size - folder.Index.Size,
        };
    }

    private FolderState FolderOf(FolderId id) =>
        Folders.TryGetValue(id, out var folder) ? folder : throw new InvalidOperationException($"Account {Account} has no folder {id}.");

    private static ModSeq Max(ModSeq a, ModSeq b) => a > b ? a : b;

    private MailboxState Append(MessagesAppended e)
    {
        var folder = FolderOf(e.Folder);
        var keywords = folder.Index.Keywords;
        var rows = new MessageRow[e.Messages.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var message = e.Messages[i];
            var set = 0;
            if (!message.Keywords.IsEmpty)
                keywords = keywords.Intern(message.Keywords, out set);
            rows[i] = new MessageRow(
                e.FirstUid + (uint)i, message.Flags, set, e.ModSeq, message.InternalDate, e.SaveDate, message.Size, message.EmailId, message.Body);
        }

        return WithIndex(e.Folder, index => index.WithKeywords(keywords).Append(rows, e.ModSeq), e.ModSeq);
    }

    private MailboxState Expunge(FolderId id, UidSet uids, ModSeq modSeq)
    {
        var state = Release(FolderOf(id).Index, uids);
        return state.WithIndex(id, index => index.Remove(uids, modSeq), modSeq);
    }

    private MailboxState Copy(MessagesCopied e)
    {
        var rows = CopyRows(FolderOf(e.Source).Index, e.Uids, FolderOf(e.Target).Index, e.FirstTargetUid, e.ModSeq, e.SaveDate, out var keywords);
        var shared = SharedBodies.ToBuilder();
        foreach (var row in rows)
            shared[row.Body] = shared.GetValueOrDefault(row.Body, 1) + 1;
        var state = this with { SharedBodies = shared.ToImmutable() };
        return state.WithIndex(e.Target, index => index.WithKeywords(keywords).Append(rows, e.ModSeq), e.ModSeq);
    }

    private MailboxState Move(MessagesMoved e)
    {
        // The bodies change hands: no reference comes or goes. Removing may number the keyword sets anew, and the target may be the source.
        var removed = WithIndex(e.Source, index => index.Remove(e.Uids, e.ModSeq), e.ModSeq);
        var rows = CopyRows(
            FolderOf(e.Source).Index, e.Uids, removed.FolderOf(e.Target).Index, e.FirstTargetUid, e.ModSeq, e.SaveDate, out var keywords);
        return removed.WithIndex(e.Target, index => index.WithKeywords(keywords).Append(rows, e.ModSeq), e.ModSeq);
    }

    private static MessageRow[] CopyRows(
        FolderIndex source, UidSet uids, FolderIndex target, uint firstUid, ModSeq modSeq, uint saveDate, out KeywordSets keywords)
    {
        keywords = target.Keywords;
        var rows = new List<MessageRow>();
        var mapped = new Dictionary<int, int> { [0] = 0 };
        foreach (var range in uids.Ranges)
        {
            for (var position = source.LowerBound(range.First); position < source.Exists; position++)
            {
                var row = source.RowAt(position);
                if (row.Uid > range.Last)
                    break;
                if (!mapped.TryGetValue(row.KeywordSet, out var set))
                {
                    keywords = keywords.Intern(source.Keywords[row.KeywordSet], out set);
                    mapped.Add(row.KeywordSet, set);
                }

                rows.Add(row with { Uid = firstUid + (uint)rows.Count, KeywordSet = set, ModSeq = modSeq, SaveDate = saveDate });
            }
        }

        return [.. rows];
    }

    /// <summary>Takes away one reference to the body of each of these messages; those without any left are released.</summary>
    private MailboxState Release(FolderIndex index, UidSet uids)
    {
        var shared = SharedBodies;
        var released = Released.ToBuilder();
        foreach (var range in uids.Ranges)
        {
            for (var position = index.LowerBound(range.First); position < index.Exists && index.UidAt(position) <= range.Last; position++)
            {
                var body = index.RowAt(position).Body;
                if (!shared.IsEmpty && shared.TryGetValue(body, out var references))
                    shared = references > 2 ? shared.SetItem(body, references - 1) : shared.Remove(body);
                else
                    released.Add(body);
            }
        }

        return this with { SharedBodies = shared, Released = released.ToImmutable() };
    }

    /// <summary>With a folder more. A decision that makes several folders asks what the next one is to be on this state.</summary>
    internal MailboxState Create(FolderCreated e)
    {
        if (Names.ContainsKey(e.Name))
            throw new InvalidOperationException($"Account {Account} has a folder {e.Name} already.");
        var index = FolderIndex.Create(e.Folder, e.UidValidity);
        return this with
        {
            ModSeq = Max(ModSeq, e.ModSeq),
            LastUidValidity = Math.Max(LastUidValidity, e.UidValidity),
            Folders = Folders.Add(e.Folder, new FolderState(e.Name, e.Use, index.WithHighestModSeq(e.ModSeq))),
            Names = Names.Add(e.Name, e.Folder),
            Provisioned = e.Provisioned ? Provisioned.Add(e.Name.Value) : Provisioned,
        };
    }

    private MailboxState Delete(FolderDeleted e)
    {
        var folder = FolderOf(e.Folder);
        var state = folder.Index.Exists == 0 ? this : Release(folder.Index, folder.Index.AllUids());
        return state with
        {
            ModSeq = Max(ModSeq, e.ModSeq),
            Folders = Folders.Remove(e.Folder),
            Names = Names.Remove(folder.Name),
            Annotations = Annotations.With(e.Folder, AnnotationSet.Empty),
            Messages = Messages - folder.Index.Exists,
            Size = Size - folder.Index.Size,
        };
    }

    private MailboxState Annotate(AnnotationsChanged e)
    {
        var folder = e.Folder is { } id ? FolderOf(id).Id : (FolderId?)null;
        return this with { Annotations = Annotations.With(folder, Annotations.Of(folder).With(e.Changes)) };
    }

    private MailboxState Rename(FolderRenamed e)
    {
        var folder = FolderOf(e.Folder);
        return this with
        {
            ModSeq = Max(ModSeq, e.ModSeq),
            Folders = Folders.SetItem(e.Folder, folder with { Name = e.Name }),
            Names = Names.Remove(folder.Name).Add(e.Name, e.Folder),
        };
    }

    private MailboxState Purge(AccountPurged e)
    {
        var state = this;
        foreach (var folder in Folders.Values)
        {
            if (folder.Index.Exists > 0)
                state = state.Release(folder.Index, folder.Index.AllUids());
        }

        state = state.Release(Outbox.Values.Select(entry => entry.Mail.Body));

        return Empty with
        {
            Account = "",
            ModSeq = Max(ModSeq, e.ModSeq),
            LastUidValidity = LastUidValidity,
            Changes = Changes,
            Released = state.Released,
            Recent = Recent,
        };
    }
}
