using System.IO.Pipelines;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>FETCH and UID FETCH (RFC 9051 §6.4.5, RFC 7162 §3.1.4, §3.2.6).</summary>
internal static class FetchHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, FetchCommand command)
    {
        var folder = session.Folder;
        if (command.Vanished && !session.HasQresync)
            return CommandOutcome.Bad("VANISHED needs QRESYNC to be enabled");
        if (!folder.TryResolve(command.Set, command.Uid, out var positions))
            return CommandOutcome.NoSuchNumber;
        if ((command.Attributes & FetchAttributes.ModSeq) != 0)
            session.EnableCondstore();
        var view = folder.View;
        if (command.Vanished)
            TellVanished(session, command, view);
        if (command.ChangedSince is { } since)
            positions = PositionSet.OfUids(view, view.ChangedSince(since)).Intersect(positions);
        if (positions.IsEmpty)
            return CommandOutcome.Ok("No messages matched");

        var becameSeen = await MarkSeenAsync(session, command, positions);
        var run = new FetchRun(
            new FetchPlan(Attributes(session, command, becameSeen), command.Sections, becameSeen),
            view,
            session.Services.Bodies,
            new Output(session),
            session.Services.MimeLimits);
        await run.RunAsync(positions);
        if (!becameSeen.IsEmpty && !await TellSeenAsync(session, command, run.HasFailures ? UidSet.Empty : becameSeen))
            return CommandOutcome.AnsweredAlready;
        return Outcome(session, run);
    }

    // RFC 7162 §3.2.4: where a FETCH sets \Seen, the UID is told to clients that know CONDSTORE; the new MODSEQ follows when the view moves on.
    private static FetchAttributes Attributes(ImapSession session, FetchCommand command, UidSet becameSeen) =>
        session.HasCondstore && !becameSeen.IsEmpty ? command.Attributes | FetchAttributes.Uid : command.Attributes;

    private static CommandOutcome Outcome(ImapSession session, FetchRun run)
    {
        if (run.HasFailures)
        {
            FetchLog.Incomplete(
                session.Services.Log, run.MissingCount, run.CorruptCount, session.Folder.Id.ToString(), session.Connection.Id);
        }

        if (run.CorruptCount > 0)
            return CommandOutcome.No("Some of the messages are damaged", ResponseCode.Corruption);
        // RFC 5530 §3, EXPUNGEISSUED: another session has expunged them, and their grace is over.
        if (run.MissingCount > 0)
            return CommandOutcome.No("Some of the messages no longer exist", ResponseCode.ExpungeIssued);
        // RFC 9051 §7.1, UNKNOWN-CTE
        return run.HasUnknownEncoding
            ? CommandOutcome.No("A part is in an encoding that is not known", ResponseCode.UnknownCte)
            : CommandOutcome.Ok("Fetched");
    }

    // RFC 7162 §3.2.6: those of the set, whether the client ever saw them or not. What it still sees is not gone yet.
    private static void TellVanished(ImapSession session, FetchCommand command, FolderIndex view)
    {
        var asked = command.Set.IsSaved ? session.Folder.Saved : command.Set.ToUidSet(Math.Max(1, view.UidNext - 1));
        var writer = session.Respond();
        writer.Vanished(view.Missing(view.VanishedSince(command.ChangedSince!.Value).Intersect(asked)), earlier: true);
        writer.Commit();
    }

    /// <summary>Sets \Seen, in one command for all messages, before the first of them is told. Returns those that were not.</summary>
    private static async ValueTask<UidSet> MarkSeenAsync(ImapSession session, FetchCommand command, PositionSet positions)
    {
        var folder = session.Folder;
        if (folder.IsReadOnly || !Any(command))
            return UidSet.Empty;
        var view = folder.View;
        var unseen = PositionSet.OfUids(view, view.UidsWith(SystemFlags.None, SystemFlags.Seen)).Intersect(positions).ToUids(view);
        if (unseen.IsEmpty)
            return unseen;
        try
        {
            var result = await session.SendAsync(new StoreFlags(folder.Id, unseen, FlagOperation.Add, SystemFlags.Seen, []));
            return result.Changed;
        }
        catch (MailboxRefusedException e)
        {
            // That it cannot be noted as read is no reason not to let it be read.
            FetchLog.NotMarkedSeen(session.Services.Log, e, session.Connection.Id);
            return UidSet.Empty;
        }
    }

    private static bool Any(FetchCommand command)
    {
        foreach (var section in command.Sections)
        {
            if (section.SetsSeen)
                return true;
        }

        return false;
    }

    /// <summary>Moves the view on; the flags that were told in the answers themselves are not told again.</summary>
    private static ValueTask<bool> TellSeenAsync(ImapSession session, FetchCommand command, UidSet told) =>
        session.TellChangesAsync(new ChangeReport
        {
            ExpungesAllowed = command.Uid,
            WithUids = command.Uid,
            Silent = [new OwnChange(told, FlagOperation.Add, SystemFlags.Seen, [])],
        });

    private sealed class Output(ImapSession session) : IFetchOutput
    {
        private readonly SelectedFolder _folder = session.Folder;

        public PipeWriter Writer => session.Connection.Output;

        public bool Utf8 => session.IsRev2;

        public CancellationToken Closed => session.Connection.Closed;

        public bool IsRecent(uint uid) => _folder.IsRecent(uid);

        public void BeginLine() => session.BeginLine();

        public void EndLine() => session.EndLine();

        public ValueTask FlushIfLargeAsync() => session.FlushIfLargeAsync();
    }
}
