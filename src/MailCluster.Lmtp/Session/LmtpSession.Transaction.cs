using System.Buffers;
using System.Collections.Immutable;
using MailCluster.Delivery;
using MailCluster.Edge;
using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Wire;

namespace MailCluster.Lmtp.Session;

/// <summary>Receiving a message and handing it to delivery.</summary>
internal sealed partial class LmtpSession
{
    // What is read past a refused message so that the refusal can be told; a client that sends more is cut off.
    private const long DiscardMax = 16 * 1024 * 1024;

    private int _transactions;

    /// <summary>What the sender of mail for a full account is told.</summary>
    public Reply OverQuota => Options.DeferOverQuota ? Reply.MailboxFullNow : Reply.MailboxFull;

    public MailTransaction? Transaction { get; private set; }

    public void BeginTransaction(MailTransaction transaction)
    {
        Transaction = transaction;
        _transactions++;
        State = LmtpState.Sender;
        Connection.State = "mail";
    }

    /// <summary>RSET and whatever implies it.</summary>
    public void ResetTransaction()
    {
        Transaction?.Dispose();
        Transaction = null;
        Connection.State = "ready";
        if (State != LmtpState.Fresh)
            State = LmtpState.Ready;
    }

    /// <summary>Reads the message after DATA. False: the session is over.</summary>
    public async ValueTask<bool> ReceiveDottedAsync()
    {
        var transaction = Transaction!;
        transaction.Begin(Edge.Spools, Options.MessageSizeMax);
        if (!await FlushAsync())
            return false;
        var unstuffer = new DotUnstuffer();
        var deadline = Connection.BeginTransfer();
        while (true)
        {
            var result = await Connection.Input.ReadAsync();
            var buffer = result.Buffer;
            var ended = Scan(buffer, ref unstuffer, transaction, out var taken);
            Connection.Input.AdvanceTo(buffer.GetPosition(taken));
            if (ended)
                break;
            if (result.IsCompleted)
                return false;
            if (result.IsCanceled && Connection.MustInterruptTransfer)
                return true;
            if (transaction.Discarded > Options.MessageSizeMax + DiscardMax)
            {
                await RefuseAndCloseAsync(transaction);
                return true;
            }

            deadline.Renew(taken);
        }

        Connection.ExpectNothing();
        await FinishTransactionAsync();
        return true;
    }

    /// <summary>Reads a chunk of BDAT. False: the session is over.</summary>
    public async ValueTask<bool> ReceiveChunkAsync(long count)
    {
        var transaction = Transaction!;
        transaction.Begin(Edge.Spools, Options.MessageSizeMax);
        var outcome = TransferOutcome.Complete;
        var skip = count;
        if (transaction.Failure is null)
        {
            try
            {
                outcome = await transaction.Spool.WriteFromAsync(Connection, count);
                skip = 0;
            }
            catch (MessageTooLargeException)
            {
                transaction.Fail(Reply.TooLarge);
            }
            catch (IOException)
            {
                transaction.Fail(Reply.NoStorage);
                skip = 0;
            }
        }

        return skip == 0 ? outcome == TransferOutcome.Complete : await SkipChunkAsync(skip);
    }

    /// <summary>Reads a chunk that nobody wants, so that what follows it is not taken for commands. False: the session is over.</summary>
    public async ValueTask<bool> SkipChunkAsync(long count)
    {
        if (count <= Options.MessageSizeMax + DiscardMax)
            return await Connection.SkipAsync(count) == TransferOutcome.Complete;
        Output.WriteReply(552, "5.3.4"u8, "The message is far too large"u8);
        IsClosing = true;
        return true;
    }

    /// <summary>The message is complete: delivers it and replies for each recipient, in the order of RCPT (RFC 2033 §4.2).</summary>
    public async ValueTask FinishTransactionAsync()
    {
        var transaction = Transaction!;
        if (transaction.Failure is { } failure)
        {
            WriteForAll(transaction, failure);
        }
        else
        {
            try
            {
                if (Options.AddDeliveredTo)
                    await DeliverEachAsync(transaction);
                else
                    await DeliverAllAsync(transaction);
            }
            catch (IOException e)
            {
                // The spool's file could not be written to its end or mapped; nobody was replied to yet.
                LmtpLog.SpoolFailed(log, e, Connection.Id);
                WriteForAll(transaction, Reply.NoStorage);
            }
        }

        _idleCommands = 0;
        ResetTransaction();
    }

    private async ValueTask DeliverAllAsync(MailTransaction transaction)
    {
        var at = Edge.Time.GetLocalNow();
        var only = transaction.Recipients.Count == 1 && Options.ReceivedFor ? transaction.Recipients[0].Path.Text : null;
        var message = transaction.Spool.WithPrefix(TraceHeaders.Make(Trace(transaction, at, null, only)));
        var outcomes = await Delivery.DeliverAsync(
            Request(transaction, [.. transaction.Recipients.Select(static r => r.Recipient)], message, at), Connection.Closed);
        for (var i = 0; i < outcomes.Length; i++)
            WriteOutcome(transaction.Recipients[i], outcomes[i]);
    }

    // The bytes differ by recipient, and there is one head room.
    private async ValueTask DeliverEachAsync(MailTransaction transaction)
    {
        var at = Edge.Time.GetLocalNow();
        var outcomes = new List<DeliveryOutcome>(transaction.Recipients.Count);
        foreach (var recipient in transaction.Recipients)
        {
            var only = transaction.Recipients.Count == 1 && Options.ReceivedFor ? recipient.Path.Text : null;
            var message = transaction.Spool.WithPrefix(TraceHeaders.Make(Trace(transaction, at, recipient.Path.Text, only)));
            outcomes.AddRange(await Delivery.DeliverAsync(Request(transaction, [recipient.Recipient], message, at), Connection.Closed));
        }

        for (var i = 0; i < outcomes.Count; i++)
            WriteOutcome(transaction.Recipients[i], outcomes[i]);
    }

    private DeliveryRequest Request(
        MailTransaction transaction, ImmutableArray<Recipient> recipients, ReadOnlyMemory<byte> message, DateTimeOffset at) =>
        new(transaction.Sender.Text, recipients, message, at, Connection.Id.ToString(), "lmtp", Connection.RemoteAddress.ToString()) { Terms = transaction.Terms };

    private TraceInfo Trace(MailTransaction transaction, DateTimeOffset at, string? deliveredTo, string? only) => new(
        transaction.Sender.Text, deliveredTo, ClientName, Connection.RemoteAddress, Edge.Options.HostName, Connection.IsTls, transaction.IsUtf8,
        $"{Connection.Id}.{_transactions}", only, at);

    private void WriteOutcome(AcceptedRecipient recipient, DeliveryOutcome outcome)
    {
        var (code, enhanced) = outcome.Status switch
        {
            DeliveryStatus.Delivered => (250, "2.0.0"),
            DeliveryStatus.OverQuota => (OverQuota.Code, OverQuota.Enhanced),
            DeliveryStatus.Refused => (554, "5.7.1"),
            DeliveryStatus.Rejected => (550, "5.7.1"),
            _ => (451, "4.3.0"),
        };
        Output.WriteRecipientReply(code, enhanced, recipient.Path.Text, outcome.Text);
    }

    private void WriteForAll(MailTransaction transaction, Reply reply)
    {
        foreach (var recipient in transaction.Recipients)
            Output.WriteRecipientReply(reply.Code, reply.Enhanced, recipient.Path.Text, reply.Text);
    }

    private async ValueTask RefuseAndCloseAsync(MailTransaction transaction)
    {
        WriteForAll(transaction, transaction.Failure!);
        IsClosing = true;
        await FlushAsync();
    }

    private static bool Scan(in ReadOnlySequence<byte> buffer, ref DotUnstuffer unstuffer, MailTransaction transaction, out long taken)
    {
        taken = 0;
        foreach (var segment in buffer)
        {
            var ended = unstuffer.Read(segment.Span, ref transaction, out var takenHere);
            taken += takenHere;
            if (ended)
                return true;
        }

        return false;
    }
}
