using MailCluster.Delivery;
using MailCluster.Edge;
using MailCluster.Lmtp.Wire;

namespace MailCluster.Lmtp.Session;

/// <summary>One mail transaction: the envelope, and the message as it arrives.</summary>
internal sealed class MailTransaction(MailPath sender, bool utf8, long declaredSize) : IMessageSink, IDisposable
{
    private MessageSpool? _spool;

    public MailPath Sender { get; } = sender;

    /// <summary>Whether MAIL asked for SMTPUTF8.</summary>
    public bool IsUtf8 { get; } = utf8;

    /// <summary>What MAIL said the message will have, bytes; 0 for nothing (RFC 1870 §6).</summary>
    public long DeclaredSize { get; } = declaredSize;

    /// <summary>What the sender asks for besides.</summary>
    public MailTerms Terms { get; init; } = MailTerms.None;

    public List<AcceptedRecipient> Recipients { get; } = [];

    /// <summary>Why the message cannot be taken any more, or null. The rest of it is read and thrown away.</summary>
    public Reply? Failure { get; set; }

    /// <summary>Bytes thrown away since the failure.</summary>
    public long Discarded { get; private set; }

    public MessageSpool Spool => _spool ?? throw new InvalidOperationException("No message has begun.");

    /// <summary>The message begins.</summary>
    public void Begin(MessageSpoolFactory spools, long sizeMax) =>
        _spool ??= spools.Create(sizeMax, TraceHeaders.BytesMax, Math.Min(DeclaredSize, sizeMax));

    /// <summary>A piece of the message. Does not throw: what cannot be kept fails the transaction, not the session.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (Failure is not null)
        {
            Discarded += bytes.Length;
            return;
        }

        try
        {
            Spool.Write(bytes);
        }
        catch (MessageTooLargeException)
        {
            Fail(Reply.TooLarge);
        }
        catch (IOException)
        {
            Fail(Reply.NoStorage);
        }
    }

    /// <summary>The message cannot be taken. Its memory is given back at once, not when the client is done with sending.</summary>
    public void Fail(Reply reply)
    {
        Failure ??= reply;
        _spool?.Dispose();
    }

    public void Dispose() => _spool?.Dispose();
}

/// <summary>A recipient that RCPT took.</summary>
internal sealed record AcceptedRecipient(MailPath Path, Recipient Recipient);
