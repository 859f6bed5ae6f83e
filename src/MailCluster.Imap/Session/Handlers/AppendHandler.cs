using MailCluster.Edge;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Imap.Wire;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

// APPEND, step by step:
//   1. the reader has the line up to the first literal; name, folder and size are checked before the client is invited to send it;
//   2. the literal goes from the connection into a spool (memory, or a file past a limit), never into the command buffer;
//   3. the body store is given the message while the next one of a MULTIAPPEND is already coming in;
//   4. at the end of the command, when all bodies are durable, one event adds all messages or none (RFC 3502 §2).
// A crash between 3 and 4 leaves bodies without an event: garbage that a check collects. A refusal gives them up at once; where it is not known
// whether the append ran, they stay, since there must never be an event without its body.

/// <summary>APPEND (RFC 9051 §6.3.12), with MULTIAPPEND (RFC 3502), BINARY (RFC 3516), APPENDLIMIT (RFC 7889).</summary>
internal static class AppendHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, AppendCommand command)
    {
        var batch = new AppendBatch(session);
        try
        {
            var refusal = await CheckTargetAsync(session, command);
            while (true)
            {
                var message = session.Reader.AppendMessage;
                refusal ??= batch.Check(message);
                if (refusal is null && !batch.HasFailed)
                    await batch.MakeRoomAsync();
                if (refusal is not null || batch.HasFailed)
                {
                    await session.AbandonAppendAsync();
                    batch.Fail();
                    return refusal!.Value;
                }

                await PrepareToReceiveAsync(session, message.Literal);
                if (!await batch.ReceiveAsync(message))
                    return EndOf(session);
                switch (await session.ReadAppendAsync())
                {
                    case ReadOutcome.AppendMessage:
                        continue;
                    case ReadOutcome.AppendEnd:
                        batch.Fail();
                        var appending = CommitAsync(
                            session, batch, FolderName.Create(command.Mailbox), session.TakeAppendTurn(), isAlone: !session.HasLater && !session.HasInput(1));
                        batch = null;
                        return CommandOutcome.UnderWay(() => new ValueTask<CommandOutcome>(appending));
                    case ReadOutcome.Rejected:
                        return Rejected(session, session.Reader.Rejection);
                    default:
                        return EndOf(session);
                }
            }
        }
        finally
        {
            if (batch is not null)
                await batch.DisposeAsync();
        }
    }

    /// <summary>
    /// Runs beside the session, which may read the next command meanwhile. The mailbox is sent the appends of a session in the order of their commands.
    /// </summary>
    private static async Task<CommandOutcome> CommitAsync(
        ImapSession session, AppendBatch batch, FolderName folder, AppendTurn turn, bool isAlone)
    {
        await using (batch)
        {
            ValueTask<AppendResult> sent;
            try
            {
                var append = new AppendMessages(folder, await batch.FinishAsync());
                await turn.Come;
                batch.Commit();
                sent = isAlone ? session.SendAsync(append) : session.Begin(append).AnswerAsync();
            }
            finally
            {
                turn.Pass();
            }

            try
            {
                return CommandOutcome.Ok("Appended", new AppendUidCode(await sent));
            }
            catch (MailboxRefusedException e) when (e.Reason != RefusalReason.Unavailable)
            {
                batch.Refuse();
                throw;
            }
        }
    }

    private static async ValueTask PrepareToReceiveAsync(ImapSession session, LiteralHeader literal)
    {
        if (literal.Synchronising)
        {
            await session.InviteAsync();
            return;
        }

        // While the rest of the message is on its way the client can be told what is done.
        while (!session.HasInput(literal.Length))
        {
            if (!session.HasLater)
            {
                await session.FlushAsync();
                break;
            }

            await session.FinishOneLaterAsync();
        }
    }

    /// <summary>Before the client is invited to send a message nobody can take. The mailbox checks again when it counts.</summary>
    private static async ValueTask<CommandOutcome?> CheckTargetAsync(ImapSession session, AppendCommand command)
    {
        if (!FolderNames.TryTarget(command.Mailbox, out var name, out var refusal))
            return refusal;

        // A literal that comes anyway is refused no sooner by asking first.
        if (!session.Reader.AppendMessage.Literal.Synchronising)
            return null;
        try
        {
            await session.SendAsync(new DescribeFolder(name));
            return null;
        }
        catch (MailboxRefusedException e)
        {
            // The literal still is in the way: it is passed over first, then this is answered.
            return e.Reason == RefusalReason.NonExistent
                ? CommandOutcome.No("There is no such folder", ResponseCode.TryCreate)
                : CommandOutcome.No(e.Message, ResponseCode.Unavailable);
        }
    }

    private static CommandOutcome Rejected(ImapSession session, in Rejection rejection)
    {
        if (rejection.Fatal)
        {
            session.Untagged(ResponseStatus.Bye, rejection.Text);
            session.EnterLogout();
        }

        return rejection.IsBad ? CommandOutcome.Bad(rejection.Text) : CommandOutcome.No(rejection.Text, ResponseWriter.CodeOf(rejection.Kind));
    }

    /// <summary>The client left in the middle, or must go: there is nobody to answer.</summary>
    private static CommandOutcome EndOf(ImapSession session)
    {
        if (session.Connection.Ending == ConnectionEnding.None)
            session.EnterLogout();
        return CommandOutcome.AnsweredAlready;
    }
}
