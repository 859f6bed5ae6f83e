using System.Buffers;
using System.Text;

namespace MailCluster.Cluster.Routing;

/// <summary>What became of a message at the node it was sent to. On the wire: numbers stay.</summary>
internal enum EntityReplyKind : byte
{
    /// <summary>Carried out; the codec's reply follows.</summary>
    Answered = 1,

    /// <summary>Failed; the codec's failure follows.</summary>
    Failed = 2,

    /// <summary>Failed in a way that the codec has no words for; a text follows.</summary>
    Broken = 3,

    /// <summary>Not carried out: the shard is not there, or this message is not the next of its route. The map's version follows.</summary>
    Moved = 4,

    /// <summary>Not carried out: a mailbox is full; what is full follows.</summary>
    Busy = 5,

    /// <summary>Not carried out: the shard is there, and the node has no lease just now. The map's version follows.</summary>
    NotServing = 6,
}

/// <summary>An answer: one byte for its kind, then what that kind says.</summary>
internal readonly record struct EntityReply(EntityReplyKind Kind, ReadOnlyMemory<byte> Body)
{
    internal string Text => Encoding.UTF8.GetString(Body.Span);

    internal long MapVersion
    {
        get
        {
            var body = Body;
            return EntityFrame.ReadNumber(ref body);
        }
    }

    /// <exception cref="InvalidDataException">Not such an answer.</exception>
    internal static EntityReply Read(ReadOnlyMemory<byte> bytes) => bytes.Length > 0 && bytes.Span[0] is >= 1 and <= 6
        ? new EntityReply((EntityReplyKind)bytes.Span[0], bytes[1..])
        : throw new InvalidDataException("The answer of an entity's node has an unknown format.");

    internal static void WriteKind(IBufferWriter<byte> target, EntityReplyKind kind) => target.Write([(byte)kind]);

    internal static void WriteVersion(IBufferWriter<byte> target, EntityReplyKind kind, long mapVersion)
    {
        WriteKind(target, kind);
        EntityFrame.WriteNumber(target, mapVersion);
    }

    internal static void WriteText(IBufferWriter<byte> target, EntityReplyKind kind, string text)
    {
        WriteKind(target, kind);
        Encoding.UTF8.GetBytes(text, target);
    }
}
