using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>SEARCH and UID SEARCH (RFC 9051 §6.4.4, RFC 4731, RFC 5182, RFC 7162 §3.1.5).</summary>
internal static class SearchHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, SearchCommand command)
    {
        var folder = session.Folder;
        var byModSeq = SearchAnswer.AsksModSeq(command.Key);
        if (byModSeq)
            session.EnableCondstore();
        var view = folder.View;
        var saves = (command.Return & SearchReturn.Save) != 0;
        var saved = folder.Saved;
        // RFC 9051 §6.4.4.1: a search that is to be saved and fails leaves nothing behind.
        if (saves)
            folder.Saved = UidSet.Empty;
        var engine = new SearchEngine(session.Services.Bodies, session.Services.MimeLimits, session.Services.Time);
        var result = await engine.SearchAsync(view, command.Key, new SearchContext(saved, folder.Recent), session.Connection.Closed);
        if (result.Unreadable > 0)
            FetchLog.PassedOver(session.Services.Log, result.Unreadable, folder.Id.ToString(), session.Connection.Id);
        if (saves)
            folder.Saved = SearchAnswer.ToSave(command.Return, result.Positions, view);
        Write(session, command, view, result.Positions, byModSeq);
        return CommandOutcome.Ok("Searched");
    }

    private static void Write(ImapSession session, SearchCommand command, FolderIndex view, PositionSet found, bool byModSeq)
    {
        var returns = command.Return;
        // RFC 5182 §2.1: SAVE alone asks for no answer.
        if (returns == SearchReturn.Save)
            return;
        var numbers = command.Uid ? found.ToUids(view) : found.ToSequenceNumbers();
        var highest = byModSeq ? SearchAnswer.HighestModSeq(returns, found, view) : null;
        var writer = session.Respond();
        if (returns != SearchReturn.Plain)
            writer.ESearch(command.Tag, command.Uid, returns, numbers, highest);
        else if (session.IsRev2)
            writer.ESearch(command.Tag, command.Uid, SearchReturn.All, numbers, highest);
        else
            writer.Search(numbers, highest);
        writer.Commit();
    }
}
