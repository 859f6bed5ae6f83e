using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>Which folders a command is about, whether it changed them or not: what it answered is to be seen in their indexes.</summary>
internal static class FolderMarks
{
    /// <summary>
    /// The folders of a command on messages as <paramref name="state"/> has them. Commands on folders have no marks: which folders they are about cannot be told
    /// when one is repeated, so the asker looks after each folder that it has open (<see cref="ConcernsAll"/>).
    /// </summary>
    public static ImmutableArray<FolderMark> Of(IMailboxCommand command, MailboxState state) => command switch
    {
        AppendMessages append => Of(state, state.Find(append.Folder)?.Id),
        StoreFlags store => Of(state, store.Folder),
        CopyMessages copy => Of(state, copy.Source, state.Find(copy.Target)?.Id),
        MoveMessages move => Of(state, move.Source, state.Find(move.Target)?.Id),
        ExpungeMessages expunge => Of(state, expunge.Folder),
        DeliverMessage deliver => OfFilings(state, deliver.Filings),
        SettleScriptTask settle => OfTask(state, settle),
        SettleOutboxEntry settle => OfFilings(state, settle.Filings),
        _ => [],
    };

    /// <summary>Any folder may have changed, or be gone.</summary>
    public static bool ConcernsAll(IMailboxCommand command) => command is RenameFolder or DeleteFolder or PurgeAccount;

    /// <summary>The folder of the message is not named by a command that was carried out, and runs on the node that has the account as a rule: its filings are.</summary>
    private static ImmutableArray<FolderMark> OfTask(MailboxState state, SettleScriptTask settle) =>
        settle.Change is { } change ? OfFilings(state, change.Delivery.Filings) : [];

    /// <summary>INBOX with them: it may have taken the place of a folder.</summary>
    private static ImmutableArray<FolderMark> OfFilings(MailboxState state, ImmutableArray<Filing> filings) => filings.IsEmpty
        ? []
        : Of(state, [.. filings.Select(filing => state.Find(filing.Folder)?.Id).Append(state.Find(FolderName.Inbox)?.Id).Distinct()]);

    private static ImmutableArray<FolderMark> Of(MailboxState state, params ReadOnlySpan<FolderId?> folders)
    {
        var marks = ImmutableArray.CreateBuilder<FolderMark>(folders.Length);
        foreach (var id in folders)
        {
            if (id is not { } folder)
                continue;
            marks.Add(state.Folders.TryGetValue(folder, out var found)
                ? new FolderMark(folder, found.Index.HighestModSeq)
                : new FolderMark(folder, default, Gone: true));
        }

        return marks.ToImmutable();
    }
}
