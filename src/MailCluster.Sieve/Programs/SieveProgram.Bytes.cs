using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve;

/// <summary>
/// The stored form: <c>MCSV</c>, the version, eight octets of the SHA-256 of the rest, then the tables and the code in numbers of seven bits an octet.
/// The sum finds damage. It is no protection against somebody who writes such bytes on purpose, so all that is read is verified as if it were the script
/// of a stranger: numbers stay within their tables, jumps go to operations, the code ends.
/// </summary>
public sealed partial class SieveProgram
{
    /// <summary>Of the stored form and of what operations mean. Another version is compiled again.</summary>
    public const int FormatVersion = 1;

    private const int SumBytes = 8;
    private const int HeaderBytes = 5 + SumBytes;

    private static ReadOnlySpan<byte> Magic => "MCSV"u8;

    /// <summary>The program in octets, for <see cref="TryRead"/>.</summary>
    public byte[] ToBytes()
    {
        var into = new ArrayBufferWriter<byte>(1024);
        into.Write(Magic);
        into.Write((ReadOnlySpan<byte>)[FormatVersion, .. new byte[SumBytes]]);
        Strings(into, RequiredExtensions.AsSpan());
        Strings(into, Constants);
        Number(into, Templates.Length);
        foreach (var template in Templates)
        {
            Number(into, template.Pieces.Length);
            foreach (var piece in template.Pieces)
            {
                Number(into, (int)piece.Kind);
                Number(into, piece.Value);
            }
        }

        Number(into, Lists.Length);
        foreach (var list in Lists)
        {
            Number(into, list.Length);
            foreach (var id in list)
                Number(into, id);
        }

        Number(into, Variables.Length);
        foreach (var variable in Variables)
        {
            Number(into, variable.IsGlobal ? 1 : 0);
            String(into, variable.Name);
        }

        Number(into, Code.Length);
        into.Write(Code);
        Number(into, Lines.Length);
        var (offset, line) = (0, 0);
        foreach (var entry in Lines)
        {
            Number(into, entry.Offset - offset);
            Number(into, entry.Line >= line ? (entry.Line - line) << 1 : ((line - entry.Line) << 1) | 1);
            (offset, line) = entry;
        }

        var bytes = into.WrittenSpan.ToArray();
        Sum(bytes).CopyTo(bytes.AsSpan(5));
        return bytes;
    }

    /// <summary>False if the bytes are of another version, damaged, or no program at all: compile the script again.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SieveProgram? program)
    {
        program = null;
        var span = bytes.Span;
        if (span.Length < HeaderBytes || !span.StartsWith(Magic) || span[4] != FormatVersion || !Sum(span).SequenceEqual(span[5..HeaderBytes]))
            return false;
        var reader = new ProgramReader(span[HeaderBytes..]);
        if (!reader.TryRead(out var parts) || !ProgramVerifier.IsSound(parts))
            return false;
        program = new SieveProgram(parts);
        return true;
    }

    private static ReadOnlySpan<byte> Sum(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes[HeaderBytes..]).AsSpan(0, SumBytes);

    private static void Number(ArrayBufferWriter<byte> into, int value)
    {
        var rest = (uint)value;
        var span = into.GetSpan(5);
        var length = 0;
        for (; rest >= 0x80; rest >>= 7)
            span[length++] = (byte)(rest | 0x80);
        span[length++] = (byte)rest;
        into.Advance(length);
    }

    private static void String(ArrayBufferWriter<byte> into, string text)
    {
        Number(into, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, into);
    }

    private static void Strings(ArrayBufferWriter<byte> into, ReadOnlySpan<string> strings)
    {
        Number(into, strings.Length);
        foreach (var text in strings)
            String(into, text);
    }
}
