using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace MailCluster.Sieve.Programs;

/// <summary>Writes code and fills the tables; equal strings, templates and lists are kept once.</summary>
internal sealed class ProgramBuilder
{
    private readonly List<byte> _code = [];
    private readonly List<string> _constants = [];
    private readonly Dictionary<string, int> _constantIds = new(StringComparer.Ordinal);
    private readonly List<StringTemplate> _templates = [];
    private readonly Dictionary<string, int> _templateIds = new(StringComparer.Ordinal);
    private readonly List<int[]> _lists = [];
    private readonly Dictionary<string, int> _listIds = new(StringComparer.Ordinal);
    private readonly List<VariableSlot> _variables = [];
    private readonly Dictionary<string, int> _variableIds = new(StringComparer.Ordinal);
    private readonly List<(int Offset, int Line)> _lines = [];

    /// <summary>A place that jumps go to, before or after it is known.</summary>
    internal sealed class Label
    {
        internal int Target { get; set; } = -1;

        internal List<int> Uses { get; } = [];
    }

    internal int Position => _code.Count;

    internal ProgramBuilder Op(OpCode op, int line)
    {
        if (line > 0 && (_lines.Count == 0 || _lines[^1].Line != line))
            _lines.Add((_code.Count, line));
        _code.Add((byte)op);
        return this;
    }

    internal ProgramBuilder Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _code.Add((byte)(value | 0x80));
        _code.Add((byte)value);
        return this;
    }

    internal ProgramBuilder Optional(long? value) => Number(value is { } given ? (ulong)given + 1 : 0);

    /// <summary>An id of this builder.</summary>
    internal ProgramBuilder Id(int id) => Number((ulong)id);

    /// <summary>An id of this builder or null for none.</summary>
    internal ProgramBuilder Id(int? id) => Number(id is { } given ? (ulong)given + 1 : 0);

    internal ProgramBuilder Match(MatchSpec spec) => Number(spec.Packed);

    internal ProgramBuilder Target(Label label)
    {
        label.Uses.Add(_code.Count);
        for (var i = 0; i < sizeof(int); i++)
            _code.Add(0);
        if (label.Target >= 0)
            Patch(label.Uses[^1], label.Target);
        return this;
    }

    /// <summary>Jumps to the label come here.</summary>
    internal void Mark(Label label)
    {
        label.Target = _code.Count;
        foreach (var use in label.Uses)
            Patch(use, label.Target);
    }

    /// <summary>The operand of a constant string.</summary>
    internal int Constant(string text) => ConstantIndex(text) << 1;

    /// <summary>The number of a constant, for a piece of a template.</summary>
    internal int ConstantIndex(string text)
    {
        if (!_constantIds.TryGetValue(text, out var id))
        {
            id = _constants.Count;
            _constants.Add(text);
            _constantIds.Add(text, id);
        }

        return id;
    }

    /// <summary>The operand of a string with variables.</summary>
    internal int Template(ImmutableArray<Piece> pieces)
    {
        var key = string.Join(',', pieces.Select(static piece => ((long)piece.Value << 2) | (long)piece.Kind));
        if (!_templateIds.TryGetValue(key, out var id))
        {
            id = _templates.Count;
            _templates.Add(new StringTemplate(pieces));
            _templateIds.Add(key, id);
        }

        return (id << 1) | 1;
    }

    internal int List(IReadOnlyList<int> ids)
    {
        var key = string.Join(',', ids);
        if (!_listIds.TryGetValue(key, out var id))
        {
            id = _lists.Count;
            _lists.Add([.. ids]);
            _listIds.Add(key, id);
        }

        return id;
    }

    internal int Variable(string lowerName, bool isGlobal)
    {
        var key = isGlobal ? "g" + lowerName : "l" + lowerName;
        if (!_variableIds.TryGetValue(key, out var id))
        {
            id = _variables.Count;
            _variables.Add(new VariableSlot(lowerName, isGlobal));
            _variableIds.Add(key, id);
        }

        return id;
    }

    internal int VariableCount => _variables.Count;

    internal SieveProgram Build(IEnumerable<string> extensions) =>
        new(new ProgramParts([.. extensions], _constants, _templates, _lists, _variables, _code, _lines));

    private void Patch(int at, int target) => BinaryPrimitives.WriteInt32LittleEndian(CollectionsMarshal.AsSpan(_code)[at..], target);
}
