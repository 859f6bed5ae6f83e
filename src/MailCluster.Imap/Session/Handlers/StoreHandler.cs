using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>STORE and UID STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3).</summary>
internal static class StoreHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, StoreCommand command)
    {
        var folder = session.Folder;
        if (!folder.TryResolve(command.Set, command.Uid, out var positions))
            return CommandOutcome.NoSuchNumber;
        if (folder.IsReadOnly)
            return CommandOutcome.No("The folder is open for reading only", ResponseCode.ReadOnly);
        if (command.UnchangedSince is not null)
            session.EnableCondstore();
        if (positions.IsEmpty)
            return CommandOutcome.Ok("No messages matched");

        var uids = positions.ToUids(folder.View);
        var store = new StoreFlags(
            folder.Id, uids, command.Operation, command.Flags.System, command.Flags.Keywords, command.UnchangedSince);
        if (session.IsOneOfSeveral(command))
        {
            if (!await session.MakeWayAsync(uids))
                return CommandOutcome.AnsweredAlready;
            var sent = session.Begin(store);
            return CommandOutcome.UnderWay(() => FinishAsync(session, command, uids, sent));
        }

        var result = await session.SendAsync(store);
        // The failed ones as numbers, before the numbers change.
        var modified = command.Uid ? result.Modified : PositionSet.OfUids(folder.View, result.Modified).ToSequenceNumbers();
        var told = await session.TellChangesAsync(new ChangeReport
        {
            ExpungesAllowed = command.Uid,
            WithUids = command.Uid,
            Always = command.Silent ? result.Modified : uids,
            Silent = command.Silent ? [ChangeOf(command, uids)] : [],
            AlwaysModSeq = command.Silent && command.UnchangedSince is not null,
        });
        if (!told)
            return CommandOutcome.AnsweredAlready;
        return result.Modified.IsEmpty
            ? CommandOutcome.Ok("Stored")
            : CommandOutcome.Ok("Some messages were changed meanwhile", new ModifiedCode(modified));
    }

    /// <summary>One of several: see <c>ImapSession.Later.cs</c>.</summary>
    private static async ValueTask<CommandOutcome> FinishAsync(
        ImapSession session, StoreCommand command, UidSet uids, SentCommand<StoreResult> sent)
    {
        await sent.AnswerAsync();
        session.NoteStored(ChangeOf(command, uids));
        return CommandOutcome.Ok("Stored");
    }

    private static OwnChange ChangeOf(StoreCommand command, UidSet uids) =>
        new(uids, command.Operation, command.Flags.System, command.Flags.Keywords);
}
