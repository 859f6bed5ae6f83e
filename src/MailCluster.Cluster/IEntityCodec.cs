using System.Buffers;

namespace MailCluster.Cluster;

/// <summary>
/// Turns what entities are sent, answer and publish into bytes and back, for entities on other nodes. The project that owns the entities has one; two
/// adjacent releases of it understand each other (rolling upgrades).
/// </summary>
public interface IEntityCodec
{
    /// <summary>
    /// Whether the message may be sent once more when it is unknown whether it was carried out: a query, or a command with an id under which its
    /// answer is recorded (exactly once).
    /// </summary>
    bool MayBeRepeated(object message);

    void WriteMessage(object message, IBufferWriter<byte> target);

    /// <exception cref="InvalidDataException">The bytes are not a message of a release this one understands.</exception>
    object ReadMessage(ReadOnlyMemory<byte> bytes);

    void WriteReply(object reply, IBufferWriter<byte> target);

    /// <exception cref="InvalidDataException">The bytes are not a reply of a release this one understands.</exception>
    object ReadReply(ReadOnlyMemory<byte> bytes);

    /// <summary>Writes a failure that the asker is to see as it is, such as a refusal. False for bugs, which reach the asker as a text.</summary>
    bool TryWriteFailure(Exception failure, IBufferWriter<byte> target);

    /// <exception cref="InvalidDataException">The bytes are not a failure of a release this one understands.</exception>
    Exception ReadFailure(ReadOnlyMemory<byte> bytes);

    /// <summary>
    /// Whether a failure on the node that has the entity says only that this node may not write any more (its generation was fenced): the message was
    /// not carried out, and goes to the next owner instead of failing.
    /// </summary>
    bool SaysFenced(Exception failure) => false;
}

/// <summary>
/// Serves, on the node that owns an entity, what that entity publishes to other nodes. The stream begins with what the subscriber lacks and ends when the
/// entity's shard leaves this node; the subscriber then asks anew, wherever the shard is.
/// </summary>
public interface IEntityPublisher
{
    IAsyncEnumerable<ReadOnlyMemory<byte>> PublishAsync(EntityId entity, ReadOnlyMemory<byte> subscription, CancellationToken cancellationToken);
}
