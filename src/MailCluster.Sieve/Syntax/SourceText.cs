using System.Text;

namespace MailCluster.Sieve.Syntax;

/// <summary>A script's octets, and where in them lines begin.</summary>
internal sealed class SourceText
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly List<int> _lineStarts = [0];

    internal SourceText(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        var rest = bytes.Span;
        for (var at = 0; rest[at..].IndexOf((byte)'\n') is var next and >= 0;)
        {
            at += next + 1;
            _lineStarts.Add(at);
        }
    }

    internal ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>The line of an offset, from 1.</summary>
    internal int LineOf(int offset)
    {
        var found = _lineStarts.BinarySearch(offset);
        return found >= 0 ? found + 1 : ~found;
    }

    /// <summary>Line and column from 1; the column counts Unicode scalar values, as editors do.</summary>
    internal (int Line, int Column) PositionOf(int offset)
    {
        var line = LineOf(offset);
        var before = Bytes[_lineStarts[line - 1]..Math.Min(offset, Bytes.Length)];
        var column = 1;
        while (!before.IsEmpty)
        {
            Rune.DecodeFromUtf8(before, out _, out var used);
            before = before[used..];
            column++;
        }

        return (line, column);
    }
}
