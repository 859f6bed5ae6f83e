using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using MailCluster.Edge;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// The messages of one APPEND on their way into the body store. Disposed before <see cref="Commit"/>, or after <see cref="Refuse"/>, it gives up what
/// it stored: certainly no message uses it.
/// </summary>
internal sealed class AppendBatch(ImapSession session) : IAsyncDisposable
{
    /// <summary>Bodies that may be on their way to the disk at one time however big they are.</summary>
    private const int StoresInFlight = 16;

    /// <summary>The same of small ones, as long as they are not more than this together: one fsync for all of a MULTIAPPEND, and bounded memory.</summary>
    private const long BytesInFlightMax = 1 << 20;

    private readonly List<Task<NewMessage>> _stores = [];
    private long _bytesInFlight;
    private ExceptionDispatchInfo? _failure;
    private int _awaited;
    private bool _committed;

    /// <summary>Why this message cannot be taken, or null. Nothing of its literal was read yet.</summary>
    public CommandOutcome? Check(in AppendMessage message)
    {
        var options = session.Services.Options;
        if (message.Literal.Length > options.MessageSizeMax)
            return CommandOutcome.No($"A message has at most {options.MessageSizeMax} bytes", ResponseCode.TooBig); // RFC 7889 §4
        if (_stores.Count >= options.AppendMessagesMax)
            return CommandOutcome.No($"One APPEND takes at most {options.AppendMessagesMax} messages", ResponseCode.Limit);
        return message.Literal.Length == 0 ? CommandOutcome.No("An empty message cannot be appended", ResponseCode.Cannot) : null;
    }

    private bool IsFull => _stores.Count - _awaited >= StoresInFlight && _bytesInFlight >= BytesInFlightMax;

    /// <summary>A message could not be kept, so the append cannot run: what is still coming is to be read past, and then <see cref="Fail"/> called.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>Throws what became of the message that could not be kept.</summary>
    public void Fail() => _failure?.Throw();

    /// <summary>Waits until another message may be received. To be called before its literal is invited: a message before it may have failed.</summary>
    public async ValueTask MakeRoomAsync()
    {
        while (!HasFailed && _awaited < _stores.Count && (_stores[_awaited].IsCompleted || IsFull))
        {
            try
            {
                _bytesInFlight -= (await _stores[_awaited++]).Size;
            }
            catch (Exception e)
            {
                _failure ??= ExceptionDispatchInfo.Capture(e);
            }
        }
    }

    /// <summary>
    /// Takes the message's literal from the connection and begins to store it; the literal is read to its end also if it cannot be kept. False: the
    /// connection ends.
    /// </summary>
    public async ValueTask<bool> ReceiveAsync(AppendMessage message)
    {
        var spool = session.Services.Spools.Create(session.Services.Options.MessageSizeMax, sizeHint: message.Literal.Length);
        try
        {
            if (await spool.WriteFromAsync(session.Connection, message.Literal.Length) != TransferOutcome.Complete)
                return false;
            var received = spool;
            spool = null;

            // Storing may keep its thread for as long as the disk takes. With more to read than the end of the line the session does not wait for that.
            _bytesInFlight += message.Literal.Length;
            _stores.Add(session.HasLater || session.HasInput("\r\n"u8.Length + 1)
                ? Task.Run(() => StoreAsync(received, message).AsTask())
                : StoreAsync(received, message).AsTask());
            return true;
        }
        catch (IOException e) when (!session.Connection.Closed.IsCancellationRequested)
        {
            // The spool's file: the disk is full, or there may be no more files.
            _failure ??= ExceptionDispatchInfo.Capture(Unavailable(e));
            return true;
        }
        finally
        {
            spool?.Dispose();
        }
    }

    /// <summary>All messages, each durable.</summary>
    public async ValueTask<ImmutableArray<NewMessage>> FinishAsync() => [.. await Task.WhenAll(_stores)];

    /// <summary>The append is about to be sent: from here on it may run, whatever is heard of it, and the bodies may be a message's.</summary>
    public void Commit() => _committed = true;

    /// <summary>The append certainly did not run.</summary>
    public void Refuse() => _committed = false;

    public async ValueTask DisposeAsync()
    {
        if (_committed || _stores.Count == 0)
            return;
        var stored = new List<NewMessage>();
        foreach (var store in _stores)
        {
            await ((Task)store).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (store.IsCompletedSuccessfully)
                stored.Add(await store);
        }

        await session.Services.Intake.DiscardAsync(stored.ToArray(), session.Services.Time.GetUtcNow(), CancellationToken.None);
    }

    private async ValueTask<NewMessage> StoreAsync(MessageSpool spool, AppendMessage message)
    {
        using (spool)
        {
            var intake = session.Services.Intake;
            using var prepared = intake.Prepare(Content(spool));
            return await intake.StoreAsync(
                session.Account,
                prepared,
                message.Date ?? new InternalDate(session.Services.Time.GetUtcNow()),
                message.Flags.System,
                message.Flags.Keywords,
                session.Connection.Closed);
        }
    }

    private static ReadOnlyMemory<byte> Content(MessageSpool spool)
    {
        try
        {
            return spool.Content;
        }
        catch (IOException e)
        {
            throw Unavailable(e);
        }
    }

    private static MailboxRefusedException Unavailable(IOException e) =>
        new(RefusalReason.Unavailable, "The message cannot be received now; try again.", e);
}
