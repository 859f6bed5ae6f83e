using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;

namespace MailCluster.Pop3.Responses;

/// <summary>Writes replies (RFC 1939 §3) with response codes (RFC 2449 §8).</summary>
internal static class Pop3Replies
{
    /// <summary><c>+OK text</c>. The text must be printable.</summary>
    public static void WriteOk(this PipeWriter output, ReadOnlySpan<byte> text)
    {
        output.Write("+OK "u8);
        output.Write(text);
        output.Write("\r\n"u8);
    }

    public static void WriteOk(this PipeWriter output, string text)
    {
        output.Write("+OK "u8);
        Encoding.UTF8.GetBytes(text, output);
        output.Write("\r\n"u8);
    }

    /// <summary><c>-ERR [code] text</c>; no code if it is empty.</summary>
    public static void WriteError(this PipeWriter output, ReadOnlySpan<byte> code, string text)
    {
        output.Write("-ERR "u8);
        if (!code.IsEmpty)
        {
            output.Write("["u8);
            output.Write(code);
            output.Write("] "u8);
        }

        Encoding.UTF8.GetBytes(text, output);
        output.Write("\r\n"u8);
    }

    /// <summary>A line of a multi-line reply that does not begin with a dot.</summary>
    public static void WriteLine(this PipeWriter output, ReadOnlySpan<byte> text)
    {
        output.Write(text);
        output.Write("\r\n"u8);
    }

    /// <summary><c>number size</c>, of LIST and STAT.</summary>
    public static void WriteNumbers(this PipeWriter output, ReadOnlySpan<byte> prefix, long first, long second)
    {
        var span = output.GetSpan(prefix.Length + 48);
        prefix.CopyTo(span);
        var at = prefix.Length;
        at += Format(first, span[at..]);
        span[at++] = (byte)' ';
        at += Format(second, span[at..]);
        "\r\n"u8.CopyTo(span[at..]);
        output.Advance(at + 2);
    }

    /// <summary>The end of a multi-line reply.</summary>
    public static void WriteEnd(this PipeWriter output) => output.Write(".\r\n"u8);

    public static int Format(long number, Span<byte> into)
    {
        Utf8Formatter.TryFormat(number, into, out var written);
        return written;
    }
}
