using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using MailCluster.ManageSieve.Session;

namespace MailCluster.ManageSieve.Responses;

/// <summary>Writes what servers say (RFC 5804 §4).</summary>
internal static class ResponseWriting
{
    /// <summary>A quoted string of a server has at most so many bytes (RFC 5804 §4); longer ones are literals.</summary>
    private const int QuotedBytesMax = 1024;

    private static readonly SearchValues<byte> s_unquotable = SearchValues.Create("\"\\\r\n\0"u8);

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

    /// <summary>A <c>string</c>: quoted where it can be without escapes, which not every client undoes, else a literal.</summary>
    public static void WriteString(this PipeWriter output, ReadOnlySpan<byte> text)
    {
        if (text.Length <= QuotedBytesMax && !text.ContainsAny(s_unquotable))
        {
            output.Write("\""u8);
            output.Write(text);
            output.Write("\""u8);
        }
        else
        {
            output.WriteLiteral(text);
        }
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
