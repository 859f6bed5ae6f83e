using MailCluster.Mime;

namespace MailCluster.Sieve;

public abstract partial class SieveMessage
{
    /// <summary>The message that a program has made of the one that was delivered (<c>filter</c>): another one, so it counts as edited.</summary>
    internal static SieveMessage CreateEdited(ReadOnlyMemory<byte> bytes) => EditableMessage.Over(bytes, SieveMessageLimits.Default, isMade: true);

    /// <summary>A part as if it were a message: its header is the message's header (RFC 6609 §3.5).</summary>
    internal static SieveMessage Of(SievePart part)
    {
        var known = (MessagePart)part;
        var into = new ByteBuffer(checked((int)known.Length));
        known.Write(into);
        return Create(into.WrittenMemory);
    }
}
