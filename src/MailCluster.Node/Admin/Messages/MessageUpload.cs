using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MailCluster.Node.Admin.Messages;

/// <summary>A message that comes as the body of a request.</summary>
internal static class MessageUpload
{
    /// <summary>Reads it whole.</summary>
    /// <param name="request">Whose body is the message.</param>
    /// <param name="raw">Keep line ends as they are; otherwise a bare LF becomes CRLF.</param>
    /// <param name="octetsMax">The longest message.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="AdminException">It is too long, or empty.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, bool raw, long octetsMax, CancellationToken cancellationToken)
    {
        var tooLong = new AdminException(AdminExit.NoRoom, $"the message is longer than {octetsMax} octets (limits.message-size)");
        if (request.ContentLength > octetsMax) throw tooLong;
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = octetsMax;
        var message = new ArrayBufferWriter<byte>((int)Math.Clamp(request.ContentLength ?? 0, 64 * 1024, int.MaxValue));
        var last = (byte)0;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            foreach (var segment in read.Buffer)
            {
                if (raw) message.Write(segment.Span);
                else last = AppendWithCrLf(message, segment.Span, last);
            }
            if (message.WrittenCount > octetsMax) throw tooLong;
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }
        return message.WrittenCount == 0 ? throw new AdminException(AdminExit.NotPossible, "the message is empty") : message.WrittenMemory;
    }

    internal static byte AppendWithCrLf(IBufferWriter<byte> message, ReadOnlySpan<byte> text, byte last)
    {
        while (text.IndexOf((byte)'\n') is var at and >= 0)
        {
            var hasCr = at > 0 ? text[at - 1] == '\r' : last == '\r';
            message.Write(text[..at]);
            message.Write(hasCr ? "\n"u8 : "\r\n"u8);
            last = (byte)'\n';
            text = text[(at + 1)..];
        }
        if (text.IsEmpty) return last;
        message.Write(text);
        return text[^1];
    }
}
