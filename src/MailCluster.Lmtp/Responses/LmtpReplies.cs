using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace MailCluster.Lmtp.Responses;

/// <summary>Writes replies (RFC 5321 §4.2) with enhanced status codes (RFC 2034).</summary>
internal static class LmtpReplies
{
    /// <summary>One line: <c>250 2.1.0 text</c>. The text must be printable.</summary>
    public static void WriteReply(this PipeWriter output, int code, ReadOnlySpan<byte> enhanced, ReadOnlySpan<byte> text)
    {
        WriteCode(output, code, enhanced);
        output.Write(text);
        output.Write("\r\n"u8);
    }

    public static void WriteReply(this PipeWriter output, int code, ReadOnlySpan<byte> enhanced, string text)
    {
        WriteCode(output, code, enhanced);
        Encoding.UTF8.GetBytes(text, output);
        output.Write("\r\n"u8);
    }

    /// <summary>One line about one recipient: <c>250 2.0.0 &lt;alice@example.com&gt; Saved</c>. RFC 2033 §4.2: one for each, in the order of RCPT.</summary>
    public static void WriteRecipientReply(this PipeWriter output, int code, ReadOnlySpan<byte> enhanced, string recipient, string text)
    {
        WriteCode(output, code, enhanced);
        output.Write("<"u8);
        // A client that did not ask for SMTPUTF8 has no such recipient.
        Encoding.UTF8.GetBytes(recipient, output);
        output.Write("> "u8);
        Encoding.UTF8.GetBytes(text, output);
        output.Write("\r\n"u8);
    }

    public static void WriteRecipientReply(this PipeWriter output, int code, string enhanced, string recipient, string text)
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteRecipientReply(output, code, bytes[..Encoding.ASCII.GetBytes(enhanced, bytes)], recipient, text);
    }

    /// <summary>One line of LHLO's answer.</summary>
    public static void WriteKeyword(this PipeWriter output, bool last, string text)
    {
        output.Write(last ? "250 "u8 : "250-"u8);
        Encoding.ASCII.GetBytes(text, output);
        output.Write("\r\n"u8);
    }

    /// <summary>The answer of HELP.</summary>
    public static void WriteHelp(this PipeWriter output, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            output.Write("214-2.0.0 "u8);
            Encoding.ASCII.GetBytes(line, output);
            output.Write("\r\n"u8);
        }

        output.Write("214 2.0.0 See RFC 2033\r\n"u8);
    }

    private static void WriteCode(PipeWriter output, int code, ReadOnlySpan<byte> enhanced)
    {
        var span = output.GetSpan(16);
        code.TryFormat(span, out var written, default, CultureInfo.InvariantCulture);
        span[written++] = (byte)' ';
        if (!enhanced.IsEmpty)
        {
            enhanced.CopyTo(span[written..]);
            written += enhanced.Length;
            span[written++] = (byte)' ';
        }

        output.Advance(written);
    }
}
