using MailCluster.Hocon.Syntax;

namespace MailCluster.Hocon.Resolution;

/// <summary>
/// Turns merged syntax into values by following substitutions.
///
/// The problem: <c>${a.b}</c> means the final value of <c>a.b</c> after every later assignment and merge, yet a field may refer to its own
/// earlier value (<c>path = ${path}":/bin"</c>), to a sibling inside the same object (<c>bar { foo = 42, baz = ${bar.foo} }</c>), and to
/// something that only exists after another substitution (<c>a = ${base}, b = ${a.x}</c>).
///
/// The way: every key has a <see cref="Slot"/> with its assigned values in order. A path is looked up lazily (<c>.Lookup.cs</c>), entry by entry,
/// without evaluating siblings. While entry <c>i</c> of a slot is evaluated, look-ups through that slot see only entries before <c>i</c>: that
/// is the specification's "look back" for self-references, and each step down shrinks a finite set, so every cycle ends as "undefined". A
/// field inside an object is not part of its object's own value in this sense, so the limit is lifted while the fields are evaluated.
///
/// Source: the HOCON specification, "Substitutions" and "Self-Referential Substitutions".
/// </summary>
internal sealed partial class HoconResolver
{
    private readonly ObjectNode _root;
    private readonly Func<string, string?> _environment;
    private int _depth;
    private int _steps;
    private bool _lookedBack;

    private HoconResolver(ObjectNode root, Func<string, string?> environment)
    {
        _root = root;
        _environment = environment;
    }

    /// <exception cref="HoconException">A substitution is undefined, values of unlike kind are concatenated, or a limit is met.</exception>
    public static HoconObject Resolve(ObjectNode root, Func<string, string?> environment) => new HoconResolver(root, environment).Object(root);

    private HoconObject Object(ObjectNode node)
    {
        var fields = new OrderedDictionary<string, HoconValue>(node.Slots.Count, StringComparer.Ordinal);
        foreach (var (key, slot) in node.Slots)
        {
            if (slot.VisibleCount == 0)
            {
                throw new HoconException(slot.Entries[0].Origin, $"the value of {HoconText.Key(key)} contains itself");
            }
            if (Slots([new Segment(slot, slot.VisibleCount)]) is { } value)
            {
                fields.Add(key, value);
            }
        }
        return new HoconObject(fields, node.Origin);
    }

    /// <summary>The value of several entries, later ones merged over or hiding earlier ones. Null if all are undefined.</summary>
    private HoconValue? Slots(List<Segment> segments)
    {
        HoconObject? merged = null;
        for (var segment = segments.Count - 1; segment >= 0; segment--)
        {
            var (slot, count) = segments[segment];
            for (var index = Math.Min(count, slot.VisibleCount) - 1; index >= 0; index--)
            {
                switch (Entry(slot, index))
                {
                    case null:
                        continue;
                    case HoconObject lower:
                        merged = merged is null ? lower : Merge(lower, merged);
                        continue;
                    case var other:
                        return merged ?? other;
                }
            }
        }
        return merged;
    }

    private HoconValue? Entry(Slot slot, int index)
    {
        var visible = slot.Visible;
        slot.Visible = Math.Min(visible, index);
        try
        {
            return Value(slot.Entries[index], slot, visible);
        }
        finally
        {
            slot.Visible = visible;
        }
    }

    /// <param name="node">What to evaluate.</param>
    /// <param name="slot">The slot whose entry this is part of.</param>
    /// <param name="fieldsVisible">The slot's limit while fields of an object are evaluated.</param>
    private HoconValue? Value(SyntaxNode node, Slot slot, int fieldsVisible)
    {
        Step(node.Origin);
        _depth++;
        try
        {
            switch (node)
            {
                case ScalarNode scalar:
                    return scalar.Value;
                case ObjectNode fields:
                    var partVisible = slot.Visible;
                    slot.Visible = fieldsVisible;
                    var value = Object(fields);
                    slot.Visible = partVisible;
                    return value;
                case ArrayNode array:
                    return Array(array, slot);
                case SubstitutionNode substitution:
                    return Substitution(substitution, slot);
                case ConcatenationNode concatenation:
                    return Concatenation(concatenation, slot, fieldsVisible);
                default:
                    throw new InvalidOperationException($"{node.GetType().Name} is no value of its own");
            }
        }
        finally
        {
            _depth--;
        }
    }

    private HoconArray Array(ArrayNode node, Slot slot)
    {
        var items = new List<HoconValue>(node.Items.Count);
        foreach (var item in node.Items)
        {
            if (Value(item, slot, slot.Visible) is { } value)
            {
                items.Add(value);
            }
        }
        return new HoconArray(items, node.Origin);
    }

    private HoconValue? Substitution(SubstitutionNode node, Slot slot)
    {
        var lookedBackBefore = _lookedBack;
        _lookedBack = false;
        var value = node.Path is null ? Slots([new Segment(slot, slot.Visible)]) : ValueAt(node.Scope, node.Path);
        if (value is null && node.Path is not null)
        {
            value = FromEnvironment(node);
        }
        if (value is null && !node.IsOptional)
        {
            throw new HoconException(node.Origin, _lookedBack
                ? $"{node} refers to itself and has no earlier value"
                : $"{node} is not defined, neither as a key nor as an environment variable");
        }
        _lookedBack |= lookedBackBefore;
        return value;
    }

    private HoconScalar? FromEnvironment(SubstitutionNode node)
    {
        var name = string.Join('.', node.Path!);
        return _environment(name) is { } text
            ? new HoconScalar(text, HoconScalarKind.String, node.Origin with { Source = $"environment {name} at {node.Origin.Source}" })
            : null;
    }

    private static HoconObject Merge(HoconObject lower, HoconObject upper)
    {
        var fields = new OrderedDictionary<string, HoconValue>(lower.Fields.Count + upper.Fields.Count, StringComparer.Ordinal);
        foreach (var (key, value) in lower.Fields)
        {
            fields.Add(key, value);
        }
        foreach (var (key, value) in upper.Fields)
        {
            fields[key] = value is HoconObject above && fields.TryGetValue(key, out var below) && below is HoconObject belowObject
                ? Merge(belowObject, above)
                : value;
        }
        return new HoconObject(fields, upper.Origin);
    }

    private void Step(HoconOrigin origin)
    {
        if (++_steps > HoconLimits.ResolveStepsMax)
        {
            throw new HoconException(origin, $"substitutions expand to more than {HoconLimits.ResolveStepsMax} values");
        }
        if (_depth >= HoconLimits.ResolveDepthMax)
        {
            throw new HoconException(origin, $"substitutions and values nest deeper than {HoconLimits.ResolveDepthMax} levels");
        }
    }

    /// <summary>The first <see cref="Count"/> entries of a slot, as one layer of a value that several objects contribute to.</summary>
    private readonly record struct Segment(Slot Slot, int Count);
}
