using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailCluster.Sieve.Programs;

/// <summary>Reads the tables of a stored program. Counts are believed only as far as there are octets, each entry having at least one.</summary>
internal ref struct ProgramReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private bool _isBad;

    internal bool TryRead([NotNullWhen(true)] out ProgramParts? parts)
    {
        var extensions = ImmutableArray.Create(Strings());
        var constants = Strings();
        var templates = new StringTemplate[Count()];
        for (var i = 0; i < templates.Length && !_isBad; i++)
            templates[i] = new StringTemplate(Pieces());
        var lists = new int[Count()][];
        for (var i = 0; i < lists.Length && !_isBad; i++)
            lists[i] = Numbers();
        var variables = new VariableSlot[Count()];
        for (var i = 0; i < variables.Length && !_isBad; i++)
        {
            var isGlobal = Number() != 0;
            variables[i] = new VariableSlot(String(), isGlobal);
        }

        var code = Take(Count()).ToArray();
        var lines = Lines();
        parts = _isBad || _at != _bytes.Length ? null : new ProgramParts(extensions, constants, templates, lists, variables, code, lines);
        return parts is not null;
    }

    private int Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (_at >= _bytes.Length)
                break;
            var b = _bytes[_at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b >= 0x80)
                continue;
            if (value > int.MaxValue)
                break;
            return (int)value;
        }

        _isBad = true;
        return 0;
    }

    private int Count()
    {
        var count = Number();
        if (count <= _bytes.Length - _at)
            return count;
        _isBad = true;
        return 0;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        var taken = _bytes.Slice(_at, length);
        _at += length;
        return taken;
    }

    private string String() => Encoding.UTF8.GetString(Take(Count()));

    private string[] Strings()
    {
        var strings = new string[Count()];
        for (var i = 0; i < strings.Length; i++)
            strings[i] = _isBad ? "" : String();
        return strings;
    }

    private int[] Numbers()
    {
        var numbers = new int[Count()];
        for (var i = 0; i < numbers.Length && !_isBad; i++)
            numbers[i] = Number();
        return numbers;
    }

    private ImmutableArray<Piece> Pieces()
    {
        var pieces = new Piece[Count()];
        for (var i = 0; i < pieces.Length && !_isBad; i++)
        {
            var kind = Number();
            pieces[i] = new Piece(kind <= (int)PieceKind.Environment ? (PieceKind)kind : Bad(), Number());
        }

        return ImmutableArray.Create(pieces);
    }

    private (int Offset, int Line)[] Lines()
    {
        var lines = new (int Offset, int Line)[Count()];
        var (offset, line) = (0, 0);
        for (var i = 0; i < lines.Length && !_isBad; i++)
        {
            offset += Number();
            var change = Number();
            line += (change & 1) == 0 ? change >> 1 : -(change >> 1);
            _isBad |= offset < 0 || line < 0;
            lines[i] = (offset, line);
        }

        return lines;
    }

    private PieceKind Bad()
    {
        _isBad = true;
        return PieceKind.Text;
    }
}
