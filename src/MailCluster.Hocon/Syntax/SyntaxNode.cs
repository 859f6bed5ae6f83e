namespace MailCluster.Hocon.Syntax;

/// <summary>A value as written, before substitutions. <see cref="ObjectNode"/>s are already merged where that needs no substitution.</summary>
internal abstract class SyntaxNode(HoconOrigin origin)
{
    public HoconOrigin Origin { get; } = origin;
}

internal sealed class ScalarNode(string text, HoconScalarKind kind, HoconOrigin origin) : SyntaxNode(origin)
{
    public HoconScalar Value { get; } = new(text, kind, origin);
}

/// <summary>The blanks between two parts of a concatenation: part of a string, nothing between objects or arrays.</summary>
internal sealed class BlankNode(string text, HoconOrigin origin) : SyntaxNode(origin)
{
    public string Text { get; } = text;
}

internal sealed class ArrayNode(List<SyntaxNode> items, HoconOrigin origin) : SyntaxNode(origin)
{
    public List<SyntaxNode> Items { get; } = items;
}

internal sealed class ConcatenationNode(List<SyntaxNode> parts, HoconOrigin origin) : SyntaxNode(origin)
{
    public List<SyntaxNode> Parts { get; } = parts;
}

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
/// <param name="path">Null in the <c>+=</c> of a field that has no path from the root (inside an array): the field's own earlier value.</param>
/// <param name="scope">Path at which the file that holds this was included; its own keys are looked for there first.</param>
/// <param name="isOptional">Undefined is then no error.</param>
/// <param name="origin">Place of the <c>$</c>.</param>
internal sealed class SubstitutionNode(string[]? path, string[] scope, bool isOptional, HoconOrigin origin) : SyntaxNode(origin)
{
    public string[]? Path { get; } = path;

    public string[] Scope { get; } = scope;

    public bool IsOptional { get; } = isOptional;

    public override string ToString() => Path is null ? "its own earlier value" : $"${{{(IsOptional ? "?" : "")}{HoconText.Path(Path)}}}";
}

/// <summary>The values given to one key, lowest priority first.</summary>
internal sealed class Slot
{
    public List<SyntaxNode> Entries { get; } = [];

    /// <summary>
    /// Entries that a look-up may use at this moment: while entry <c>i</c> is being evaluated, only those before it. This is HOCON's rule of
    /// self-reference ("look back"), and what makes a cycle end.
    /// </summary>
    public int Visible { get; set; } = int.MaxValue;

    public int VisibleCount => Math.Min(Visible, Entries.Count);

    /// <summary>Adds a value of higher priority, merging objects and forgetting what it hides for good.</summary>
    public void Put(SyntaxNode node)
    {
        if (node is ScalarNode)
        {
            Entries.Clear();
        }
        else if (node is ObjectNode added && Entries is [.., ObjectNode last])
        {
            last.Merge(added);
            return;
        }
        Entries.Add(node);
    }
}

internal sealed class ObjectNode(HoconOrigin origin) : SyntaxNode(origin)
{
    public OrderedDictionary<string, Slot> Slots { get; } = new(StringComparer.Ordinal);

    public Slot SlotOf(string key)
    {
        if (!Slots.TryGetValue(key, out var slot))
        {
            slot = new Slot();
            Slots.Add(key, slot);
        }
        return slot;
    }

    /// <summary>Sets the value at a path below this object.</summary>
    public void Put(ReadOnlySpan<string> path, SyntaxNode node)
    {
        var target = this;
        foreach (var key in path[..^1])
        {
            var slot = target.SlotOf(key);
            if (slot.Entries is not [.., ObjectNode child])
            {
                child = new ObjectNode(node.Origin);
                slot.Put(child);
            }
            target = child;
        }
        target.SlotOf(path[^1]).Put(node);
    }

    /// <summary>Takes over every field of another object, which must not be used afterwards.</summary>
    public void Merge(ObjectNode other)
    {
        foreach (var (key, slot) in other.Slots)
        {
            var own = SlotOf(key);
            foreach (var entry in slot.Entries)
            {
                own.Put(entry);
            }
        }
    }
}
