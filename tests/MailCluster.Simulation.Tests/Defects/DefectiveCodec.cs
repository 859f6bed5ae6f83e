using System.Buffers;
using MailCluster.Cluster;
using MailCluster.Mailboxes;

namespace MailCluster.Simulation.Tests.Defects;

/// <summary>The codec of mailboxes, with the defect in it: each message that is sent has another command id.</summary>
internal sealed class DefectiveCodec(IEntityCodec codec, Random random) : IEntityCodec
{
    public bool MayBeRepeated(object message) => codec.MayBeRepeated(message);

    public void WriteMessage(object message, IBufferWriter<byte> target) => codec.WriteMessage(Renamed(message, random), target);

    public object ReadMessage(ReadOnlyMemory<byte> bytes) => codec.ReadMessage(bytes);

    public void WriteReply(object reply, IBufferWriter<byte> target) => codec.WriteReply(reply, target);

    public object ReadReply(ReadOnlyMemory<byte> bytes) => codec.ReadReply(bytes);

    public bool TryWriteFailure(Exception failure, IBufferWriter<byte> target) => codec.TryWriteFailure(failure, target);

    public Exception ReadFailure(ReadOnlyMemory<byte> bytes) => codec.ReadFailure(bytes);

    public bool SaysFenced(Exception failure) => codec.SaysFenced(failure);

    internal static object Renamed(object message, Random random)
    {
        if (message is not MailboxRequest { Context.Id.IsNone: false } request)
        {
            return message;
        }

        var id = new byte[16];
        random.NextBytes(id);
        return request with { Context = request.Context with { Id = new CommandId(new Guid(id)) } };
    }
}
