using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using MailCluster.ManageSieve.Session;

namespace MailCluster.ManageSieve.Responses;

/// <summary>Writes what servers say (RFC 5804 §4).</summary>
internal static class ResponseWriting
{
    /// <summary>A quoted string of a server has so many bytes at most, escapes included (RFC 5804 §4); longer ones are literals.</summary>
    private const int QuotedBytesMax = 1024;

    public static void WriteAnswer(this PipeWriter output, in Answer answer)
    {
        output.Write(answer.Status switch
        {
            AnswerStatus.Ok => "OK"u8,
            AnswerStatus.No => "NO"u8,
            _ => "BYE"u8,
        });
        if (answer.Code.Length > 0)
        {
            output.Write(" ("u8);
            Encoding.ASCII.GetBytes(answer.Code, output);
            if (answer.CodeText is { } argument)
            {
                output.Write(" "u8);
                output.WriteString(argument);
            }

            output.Write(")"u8);
        }

        if (answer.Text is { } text)
        {
            output.Write(" "u8);
            output.WriteString(Encoding.UTF8.GetBytes(text));
        }

        output.WriteLineEnd();
    }

    public static void WriteLineEnd(this PipeWriter output) => output.Write("\r\n"u8);

    /// <summary>
    /// A <c>string</c>: quoted where it can be, with escapes if need be, else a literal. Some clients read no literal where a name or a text stands, and take the
    /// quoted form as regular expressions do.
    /// </summary>
    public static void WriteString(this PipeWriter output, ReadOnlySpan<byte> text)
    {
        if (text.Length + text.Count((byte)'"') + text.Count((byte)'\\') > QuotedBytesMax || text.ContainsAny((byte)'\r', (byte)'\n', (byte)0))
        {
            output.WriteLiteral(text);
            return;
        }

        output.Write("\""u8);
        while (text.IndexOfAny((byte)'"', (byte)'\\') is var at and >= 0)
        {
            output.Write(text[..at]);
            output.Write("\\"u8);
            output.Write(text.Slice(at, 1));
            text = text[(at + 1)..];
        }

        output.Write(text);
        output.Write("\""u8);
    }

    /// <summary><c>literal-s2c</c>.</summary>
    public static void WriteLiteral(this PipeWriter output, ReadOnlySpan<byte> text)
    {
        Span<byte> digits = stackalloc byte[10];
        text.Length.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        output.Write("{"u8);
        output.Write(digits[..length]);
        output.Write("}\r\n"u8);
        output.Write(text);
    }

    /// <summary>One capability, with its value unless that is null.</summary>
    public static void WriteCapability(this PipeWriter output, ReadOnlySpan<byte> name, string? value)
    {
        output.WriteString(name);
        if (value is not null)
        {
            output.Write(" "u8);
            output.WriteString(Encoding.UTF8.GetBytes(value));
        }

        output.WriteLineEnd();
    }
}
