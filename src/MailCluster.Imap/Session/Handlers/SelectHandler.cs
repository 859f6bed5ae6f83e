using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3; RFC 7162 for CONDSTORE and QRESYNC).</summary>
internal static class SelectHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, SelectCommand command)
    {
        // RFC 7162 §3.2.5: QRESYNC must have been enabled.
        if (command.Qresync is not null && !session.HasQresync)
            return CommandOutcome.Bad("QRESYNC is not enabled");
        if (session.Selected is not null)
        {
            // RFC 9051 §6.3.2, RFC 7162 §3.2.11: also when the new folder then cannot be opened.
            session.CloseFolder();
            session.Untagged(ResponseStatus.Ok, "Previous folder is closed", ResponseCode.Closed);
        }

        if (command.Condstore)
            session.EnableCondstore();
        if (!FolderNames.TryExisting(command.Mailbox, out var name, out var refusal))
            return refusal;
        var opened = await session.Services.Mailboxes.OpenFolderAsync(
            session.Account, name, takeRecent: !command.ReadOnly && !session.IsRev2, session.Connection.Closed);
        var folder = new SelectedFolder(session, opened, command.ReadOnly);
        session.EnterFolder(folder);
        Describe(session, folder);
        if (command.Qresync is { } known)
            await QresyncReport.WriteAsync(session, folder, known);
        return command.ReadOnly
            ? CommandOutcome.Ok("Opened for reading only", ResponseCode.ReadOnly)
            : CommandOutcome.Ok("Opened", ResponseCode.ReadWrite);
    }

    private static void Describe(ImapSession session, SelectedFolder folder)
    {
        var view = folder.View;
        var writer = session.Respond();
        folder.WriteFlagLines(ref writer);
        writer.Exists(view.Exists);
        if (!session.IsRev2)
        {
            // RFC 9051 appendix E: gone from IMAP4rev2.
            writer.RecentCount(folder.RecentCount);
            if (view.FirstUnseenPosition() is var unseen and >= 0)
                Code(ref writer, "UNSEEN"u8, unseen + 1, "First unseen message");
        }

        Code(ref writer, "UIDVALIDITY"u8, view.UidValidity, "UIDs are valid");
        Code(ref writer, "UIDNEXT"u8, view.UidNext, "Next UID");
        Code(ref writer, "HIGHESTMODSEQ"u8, view.HighestModSeq.Value, "Highest");
        writer.StatusStart(null, ResponseStatus.Ok);
        writer.CodeMailboxId(folder.Id);
        writer.StatusEnd("Folder id");
        // RFC 9051 §6.3.2: the name as the server has it.
        if (session.IsRev2)
            writer.List(new ListLine(folder.Name.Value, ListAttributes.None));
        writer.Commit();
    }

    private static void Code(scoped ref ResponseWriter writer, ReadOnlySpan<byte> code, long number, string text)
    {
        writer.StatusStart(null, ResponseStatus.Ok);
        writer.CodeNumber(code, number);
        writer.StatusEnd(text);
    }
}
