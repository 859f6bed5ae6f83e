using System.Buffers;
using Google.Protobuf;
using MailCluster.Cluster.Peers.Connections;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Peers.Handshake;

/// <summary>Reads and writes the frames that come before all others.</summary>
internal static class HandshakeFrames
{
    /// <summary>Before a peer is known it may send this much and no more.</summary>
    private static readonly FrameReader s_reader = new(FrameReader.ControlBytesMax, messageBytesMax: 0);

    internal static async ValueTask SendAsync(PeerLink link, FrameKind kind, IMessage message, CancellationToken cancellationToken)
    {
        var frame = new byte[FrameHeader.Size + message.CalculateSize()];
        HeaderOf(kind, message).Write(frame);
        message.WriteTo(frame.AsSpan(FrameHeader.Size));
        await link.Output.WriteAsync(frame, cancellationToken);
        await link.Output.FlushAsync(cancellationToken);
    }

    /// <summary>The peer's Hello, or its Goodbye.</summary>
    /// <exception cref="FrameException">It sent something else.</exception>
    /// <exception cref="EndOfStreamException">It sent nothing.</exception>
    internal static async ValueTask<(Hello? Hello, Goodbye? Goodbye)> ReceiveAsync(PeerLink link, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await link.Input.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            switch (s_reader.TryRead(ref rest, out var header, out var payload, out var fault))
            {
                case FrameReadResult.Complete:
                    var first = (
                        header.Kind == FrameKind.Hello ? Parse(Hello.Parser, payload) : null,
                        header.Kind == FrameKind.Goodbye ? Parse(Goodbye.Parser, payload) : null);
                    link.Input.AdvanceTo(rest.Start);
                    return first is (null, null) ? throw new FrameException($"a {header.Kind} frame before the handshake") : first;
                case FrameReadResult.Rejected:
                    throw new FrameException($"{fault}; it is no node, or one that is set to another kind of TLS");
                default:
                    link.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    if (read.IsCompleted)
                    {
                        throw new EndOfStreamException("the connection was closed during the handshake");
                    }

                    break;
            }
        }
    }

    internal static FrameHeader HeaderOf(FrameKind kind, IMessage message, ulong id = 0)
    {
        var length = message.CalculateSize();
        return new FrameHeader(kind, FrameFlags.Whole, id, (uint)length, length);
    }

    /// <exception cref="FrameException">The bytes are not such a message.</exception>
    internal static T Parse<T>(MessageParser<T> parser, in ReadOnlySequence<byte> payload)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new FrameException($"a {typeof(T).Name} that cannot be read: {error.Message}");
        }
    }

    /// <summary>What a peer says, fit for one line of a log.</summary>
    internal static string Clean(string text) => text.Any(char.IsControl)
        ? string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        })
        : text;

    /// <summary>A text that fits its frame; what is cut off nobody would read.</summary>
    internal static string Shorten(string text) => text.Length <= FrameReader.ControlBytesMax / 8 ? text : text[..(FrameReader.ControlBytesMax / 8)] + "…";
}
