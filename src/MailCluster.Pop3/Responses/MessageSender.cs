using System.Buffers;
using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Responses;

/// <summary>
/// Sends messages: pieces are read from the store into the output itself and stay there; only one that dots or CRs have to be put into moves, within its place.
/// </summary>
internal static class MessageSender
{
    /// <summary>Asked of the pipe at once: with TLS one such piece becomes one record, and smaller ones cost two to three times the processor.</summary>
    private const int PieceBytes = 16 * 1024;

    /// <summary>Room that is left in each piece for what has to be put into it.</summary>
    private const int SlackBytes = 128;

    /// <summary>The whole message, as a multi-line reply.</summary>
    /// <param name="session">Whose output it is.</param>
    /// <param name="row">The message.</param>
    /// <param name="head">The reply's first line. Goes out with the first piece, and not at all if that cannot be read.</param>
    /// <exception cref="BodyMissingException">Before anything was written: the message is not in the store.</exception>
    /// <exception cref="BodyCorruptException">It is damaged; perhaps in its midst.</exception>
    public static ValueTask SendAsync(Pop3Session session, MessageRow row, ReadOnlyMemory<byte> head) => SendAsync(session, row, head, null);

    /// <summary>The header and so many lines.</summary>
    /// <inheritdoc cref="SendAsync(Pop3Session, MessageRow, ReadOnlyMemory{byte})"/>
    public static ValueTask SendTopAsync(Pop3Session session, MessageRow row, ReadOnlyMemory<byte> head, int lines) =>
        SendAsync(session, row, head, new TopCutter(lines));

    /// <summary>Whether the message's header has ASCII alone.</summary>
    /// <exception cref="BodyMissingException">The message is not in the store.</exception>
    public static async ValueTask<bool> HasAsciiHeaderAsync(Pop3Session session, MessageRow row)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            var cutter = new TopCutter(0);
            var ended = false;
            for (long offset = 0; !ended && offset < row.Size;)
            {
                var read = await session.Services.Bodies.ReadAsync(row.Body, offset, piece.AsMemory(0, PieceBytes), session.Connection.Closed);
                if (read == 0)
                    throw Short(row.Body);
                if (!System.Text.Ascii.IsValid(piece.AsSpan(0, cutter.Take(piece.AsSpan(0, read), out ended))))
                    return false;
                offset += read;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static async ValueTask SendAsync(Pop3Session session, MessageRow row, ReadOnlyMemory<byte> head, TopCutter? top)
    {
        var output = session.Output;
        var stuffer = new DotStuffer();
        var cutter = top.GetValueOrDefault();
        var ended = false;
        for (long offset = 0; !ended && offset < row.Size;)
        {
            var wanted = (int)Math.Min(row.Size - offset, PieceBytes - SlackBytes);
            var memory = output.GetMemory(head.Length + wanted + SlackBytes);
            head.CopyTo(memory);
            var read = await session.Services.Bodies.ReadAsync(
                row.Body, offset, memory.Slice(head.Length, wanted), session.Connection.Closed);
            if (read == 0)
                throw Short(row.Body);
            offset += read;
            if (top is not null)
                read = cutter.Take(memory.Span.Slice(head.Length, read), out ended);
            session.BeginReply();
            Finish(output, ref stuffer, memory.Span, head.Length, read);
            head = default;
            await session.FlushIfLargeAsync();
        }

        session.BeginReply();
        output.Write(head.Span);
        output.Write(stuffer.End);
        await session.FlushIfLargeAsync();
    }

    private static void Finish(System.IO.Pipelines.PipeWriter output, ref DotStuffer stuffer, Span<byte> memory, int head, int length)
    {
        var piece = memory[head..];
        var growth = stuffer.Growth(piece[..length]);
        if (growth == 0)
        {
            stuffer.Pass(piece[..length]);
            output.Advance(head + length);
        }
        else if (length + growth <= piece.Length)
        {
            stuffer.Expand(piece, length, growth);
            stuffer.Pass(piece[..(length + growth)]);
            output.Advance(head + length + growth);
        }
        else
        {
            Copy(output, ref stuffer, memory[..(head + length)], head);
        }
    }

    /// <summary>More has to be put into the piece than there is room for.</summary>
    private static void Copy(System.IO.Pipelines.PipeWriter output, ref DotStuffer stuffer, Span<byte> memory, int head)
    {
        var copy = ArrayPool<byte>.Shared.Rent(memory.Length);
        memory.CopyTo(copy);
        var piece = copy.AsSpan(head, memory.Length - head);
        output.Advance(head);
        stuffer.Write(piece, output);
        stuffer.Pass(piece);
        ArrayPool<byte>.Shared.Return(copy);
    }

    private static BodyCorruptException Short(BodyRef body) => new(body, "It is shorter than the index says.");
}
