using System.Buffers;
using System.Collections.Immutable;
using MailCluster.Bodies;
using MailCluster.Edge;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>The messages of one APPEND on their way into the body store. Disposed without <see cref="Keep"/> it releases what it stored.</summary>
internal sealed class AppendBatch(ImapSession session) : IAsyncDisposable
{
    /// <summary>Bodies being made durable at one time: enough for the store to make one fsync of them, few enough to bound the memory.</summary>
    private const int StoresInFlightMax = 16;

    private readonly List<Task<NewMessage>> _stores = [];
    private int _awaited;
    private bool _kept;

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

    /// <summary>Takes the message's literal from the connection and begins to store it. False: the connection ends.</summary>
    public async ValueTask<bool> ReceiveAsync(AppendMessage message)
    {
        if (_stores.Count - _awaited >= StoresInFlightMax)
            await _stores[_awaited++];
        var spool = session.Services.Spools.Create(session.Services.Options.MessageSizeMax, sizeHint: message.Literal.Length);
        try
        {
            if (await spool.WriteFromAsync(session.Connection, message.Literal.Length) != TransferOutcome.Complete)
                return false;
            _stores.Add(StoreAsync(spool, message).AsTask());
            spool = null;
            return true;
        }
        finally
        {
            spool?.Dispose();
        }
    }

    /// <summary>All messages, each durable.</summary>
    public async ValueTask<ImmutableArray<NewMessage>> FinishAsync() => [.. await Task.WhenAll(_stores)];

    /// <summary>The messages are in the mailbox.</summary>
    public void Keep() => _kept = true;

    public async ValueTask DisposeAsync()
    {
        if (_kept || _stores.Count == 0)
            return;
        var stored = new List<BodyRef>();
        foreach (var store in _stores)
        {
            await ((Task)store).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (store.IsCompletedSuccessfully)
                stored.Add((await store).Body);
        }

        // After the grace period: an append whose answer was lost may have run, and then it has the bodies.
        await session.Services.Bodies.ReleaseAsync(
            stored.ToArray(), session.Services.Time.GetUtcNow() + TimeSpan.FromDays(1), CancellationToken.None);
    }

    private async ValueTask<NewMessage> StoreAsync(MessageSpool spool, AppendMessage message)
    {
        using (spool)
        {
            var services = session.Services;
            var content = spool.Content;
            var summary = new ArrayBufferWriter<byte>(1024);
            var text = new ArrayBufferWriter<byte>(4096);
            MessageSummaryBuilder.Build(content.Span, MimeLimits.Default, summary, text);
            var emailId = Guid.CreateVersion7(services.Time.GetUtcNow());
            var body = await services.Bodies.PutAsync(
                new NewBody(session.Account.Value, emailId, summary.WrittenMemory, text.WrittenMemory, content), session.Connection.Closed);
            return new NewMessage(
                new EmailId(emailId),
                body,
                (uint)content.Length,
                message.Date ?? new InternalDate(services.Time.GetUtcNow()),
                message.Flags.System,
                message.Flags.Keywords);
        }
    }
}
