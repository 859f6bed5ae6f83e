using System.Buffers;

namespace MailCluster.Delivery.Programs;

/// <summary>Lines as programs want them, and as mail wants them back.</summary>
internal static class LineEnds
{
    /// <summary>Each LF without a CR before it gets one; unchanged bytes are given back as they are.</summary>
    public static ReadOnlyMemory<byte> ToCrLf(ReadOnlyMemory<byte> text)
    {
        var bytes = text.Span;
        var bare = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var next = bytes[i..].IndexOf((byte)'\n');
            if (next < 0)
                break;
            i += next;
            if (i == 0 || bytes[i - 1] != '\r')
                bare++;
        }

        if (bare == 0)
            return text;
        var result = new ArrayBufferWriter<byte>(bytes.Length + bare);
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            var line = bytes[..end];
            result.Write(line);
            result.Write(line.EndsWith("\r"u8) ? "\n"u8 : "\r\n"u8);
            bytes = bytes[(end + 1)..];
        }

        result.Write(bytes);
        return result.WrittenMemory;
    }

    /// <summary>Each CRLF becomes LF; unchanged bytes are given back as they are.</summary>
    public static ReadOnlyMemory<byte> ToLf(ReadOnlyMemory<byte> text)
    {
        var bytes = text.Span;
        if (bytes.IndexOf("\r\n"u8) < 0)
            return text;
        var result = new ArrayBufferWriter<byte>(bytes.Length);
        while (bytes.IndexOf("\r\n"u8) is var end and >= 0)
        {
            result.Write(bytes[..end]);
            result.Write("\n"u8);
            bytes = bytes[(end + 2)..];
        }

        result.Write(bytes);
        return result.WrittenMemory;
    }
}
