using MailCluster.Mailboxes;
using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Commands;

/// <summary>
/// QUIT (RFC 1939 §6): what was marked is removed, all or nothing, in one command to the mailbox, which is carried out once even if it has to be sent again to
/// another node. Only then the client is told.
/// </summary>
internal sealed class QuitCommand : Pop3Command
{
    public override string Verb => "QUIT";

    public override Pop3State Allowed => Pop3State.Any;

    public override async ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        session.IsClosing = true;
        if (session.State == Pop3State.Authorization)
        {
            session.Ok("Goodbye"u8);
            return;
        }

        var deleted = session.Maildrop.Deleted.Count;
        await UpdateAsync(session);
        session.EnterUpdate();
        session.Services.Metrics.Deleted(deleted);
        // Whoever is told may log in again at once.
        await session.LeaveAsync();
        if (deleted == 0)
            session.Ok("Goodbye"u8);
        else
            session.Ok($"Goodbye, {deleted} messages deleted");
    }

    private static async ValueTask UpdateAsync(Pop3Session session)
    {
        var maildrop = session.Maildrop;
        var seen = session.Options.MarksSeen ? maildrop.NewlySeenUids() : UidSet.Empty;
        var deleted = maildrop.DeletedUids();

        // Begun one after the other, so that they may share one write.
        var marking = seen.IsEmpty ? null : session.Begin(new StoreFlags(maildrop.Folder, seen, FlagOperation.Add, SystemFlags.Seen, []));
        ValueTask removing = default;
        if (!deleted.IsEmpty)
        {
            removing = session.Options.DeletedKeyword is { } keyword
                ? AnswerAsync(session.Begin(new StoreFlags(maildrop.Folder, deleted, FlagOperation.Add, SystemFlags.None, [keyword])))
                : AnswerAsync(session.Begin(new ExpungeMessages(maildrop.Folder, deleted, OnlyDeleted: false)));
        }

        if (marking is not null)
            await MarkAsync(session, marking);
        await removing;
    }

    /// <summary>That messages look unread is no reason to tell the client that they were not removed.</summary>
    private static async ValueTask MarkAsync(Pop3Session session, SentCommand<StoreResult> marking)
    {
        try
        {
            await marking.AnswerAsync();
        }
        catch (MailboxRefusedException e)
        {
            Pop3Log.SeenNotStored(session.Services.Log, e, session.Connection.Id);
        }
    }

    private static async ValueTask AnswerAsync<TResult>(SentCommand<TResult> command)
    {
        try
        {
            await command.AnswerAsync();
        }
        catch (MailboxRefusedException e) when (e.Reason == RefusalReason.FolderGone)
        {
            // Then its messages are gone too.
        }
    }
}
