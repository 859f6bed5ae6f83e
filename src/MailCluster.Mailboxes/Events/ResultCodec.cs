using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes;

/// <summary>Answers of commands between memory and their stored form.</summary>
internal static class ResultCodec
{
    public static Result ToStored(object result) => result switch
    {
        Done => new Result { Done = new Stored.Done() },
        FolderId folder => new Result { Create = new CreateResult { Folder = folder.Value.ToStored() } },
        AppendResult append => new Result
        {
            Append = new Stored.AppendResult
            {
                Folder = append.Folder.Value.ToStored(),
                UidValidity = append.UidValidity,
                Uids = append.Uids.ToStored(),
                ModSeq = append.ModSeq.Value,
            },
        },
        StoreResult store => new Result
        {
            Store = new Stored.StoreResult
            {
                ModSeq = store.ModSeq.Value,
                Changed = store.Changed.ToStored(),
                Modified = store.Modified.ToStored(),
            },
        },
        CopyResult copy => new Result
        {
            Copy = new Stored.CopyResult
            {
                Target = copy.Target.Value.ToStored(),
                UidValidity = copy.UidValidity,
                SourceUids = copy.SourceUids.ToStored(),
                TargetUids = copy.TargetUids.ToStored(),
                ModSeq = copy.ModSeq.Value,
            },
        },
        ExpungeResult expunge => new Result
        {
            Expunge = new Stored.ExpungeResult { Uids = expunge.Uids.ToStored(), ModSeq = expunge.ModSeq.Value },
        },
        _ => DeliveryResultCodec.ToStored(result) ?? throw new InvalidOperationException($"{result.GetType().Name} has no stored form."),
    };

    /// <summary>Null for an answer of a kind that this release does not know.</summary>
    public static object? FromStored(Result? stored) => stored?.KindCase switch
    {
        Result.KindOneofCase.Done => Done.Value,
        Result.KindOneofCase.Create => stored.Create.Folder.ToFolderId(),
        Result.KindOneofCase.Append => new AppendResult(
            stored.Append.Folder.ToFolderId(),
            stored.Append.UidValidity,
            stored.Append.Uids.ToUidSet(),
            new ModSeq(stored.Append.ModSeq)),
        Result.KindOneofCase.Store => new StoreResult(
            new ModSeq(stored.Store.ModSeq), stored.Store.Changed.ToUidSet(), stored.Store.Modified.ToUidSet()),
        Result.KindOneofCase.Copy => new CopyResult(
            stored.Copy.Target.ToFolderId(),
            stored.Copy.UidValidity,
            stored.Copy.SourceUids.ToUidSet(),
            stored.Copy.TargetUids.ToUidSet(),
            new ModSeq(stored.Copy.ModSeq)),
        Result.KindOneofCase.Expunge => new ExpungeResult(stored.Expunge.Uids.ToUidSet(), new ModSeq(stored.Expunge.ModSeq)),
        _ => stored is null ? null : DeliveryResultCodec.FromStored(stored),
    };
}
