using System.Buffers;
using Google.Protobuf;
using MailCluster.Cluster;

namespace MailCluster.Mailboxes.Wire;

/// <summary>What mailbox actors are sent and answer, as bytes for other nodes (<c>wire.proto</c>).</summary>
public sealed class MailboxCodec : IEntityCodec
{
    public bool MayBeRepeated(object message) =>
        message is MailboxRequest request && (request.Command is IMailboxQuery || !request.Context.Id.IsNone);

    public void WriteMessage(object message, IBufferWriter<byte> target) => WireMessages.ToWire((MailboxRequest)message).WriteTo(target);

    public object ReadMessage(ReadOnlyMemory<byte> bytes) => WireMessages.FromWire(Parse(Request.Parser, bytes));

    public void WriteReply(object reply, IBufferWriter<byte> target)
    {
        var wire = WireReplies.ToWire((RemoteAnswer)reply);
        if (wire.CalculateSize() > WireReplies.BytesMax)
        {
            var refusal = new MailboxRefusedException(
                RefusalReason.Limit, $"The answer has more than {WireReplies.BytesMax} bytes; ask on the node that has the account.");
            wire = new Reply { Failure = WireFailures.ToWire(refusal) };
        }

        wire.WriteTo(target);
    }

    /// <summary>A <see cref="RemoteAnswer"/>; its result is an exception where the answer could not be sent.</summary>
    public object ReadReply(ReadOnlyMemory<byte> bytes) => WireReplies.FromWire(Parse(Reply.Parser, bytes));

    public bool TryWriteFailure(Exception failure, IBufferWriter<byte> target)
    {
        if (WireFailures.ToWire(failure) is not { } wire)
            return false;
        wire.WriteTo(target);
        return true;
    }

    public Exception ReadFailure(ReadOnlyMemory<byte> bytes) => WireFailures.FromWire(Parse(Failure.Parser, bytes));

    public bool SaysFenced(Exception failure) => failure is Persistence.WriterFencedException;

    internal static TMessage Parse<TMessage>(MessageParser<TMessage> parser, ReadOnlyMemory<byte> bytes)
        where TMessage : IMessage<TMessage>
    {
        try
        {
            return parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException("What another node sent is damaged: " + e.Message, e);
        }
    }
}
