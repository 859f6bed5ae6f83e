using MailCluster.Hocon.Syntax;

namespace MailCluster.Hocon.Resolution;

internal sealed partial class HoconResolver
{
    /// <summary>Keys of an included file are first looked for where it was included, then from the root.</summary>
    private HoconValue? ValueAt(string[] scope, string[] path)
    {
        if (scope.Length > 0 && Slots(Find([.. scope, .. path])) is { } local)
        {
            return local;
        }
        return Slots(Find(path));
    }

    /// <summary>The layers that make up the value at a path, lowest priority first. Empty if there are none.</summary>
    private List<Segment> Find(ReadOnlySpan<string> path)
    {
        var layers = new List<Segment>();
        AppendChild(layers, _root, path[0]);
        foreach (var key in path[1..])
        {
            layers = Children(layers, key);
        }
        return layers;
    }

    private List<Segment> Children(List<Segment> layers, string key)
    {
        var children = new List<Segment>();
        foreach (var (slot, count) in layers)
        {
            for (var index = 0; index < count && index < slot.VisibleCount; index++)
            {
                var visible = slot.Visible;
                slot.Visible = Math.Min(visible, index);
                try
                {
                    AppendChild(children, slot.Entries[index], key);
                }
                finally
                {
                    slot.Visible = visible;
                }
            }
        }
        return children;
    }

    /// <summary>Adds what one value contributes to the field <paramref name="key"/>; a value that is no object hides all before it.</summary>
    private void AppendChild(List<Segment> children, SyntaxNode node, string key)
    {
        Step(node.Origin);
        _depth++;
        switch (node)
        {
            case ObjectNode fields:
                if (fields.Slots.TryGetValue(key, out var slot))
                {
                    _lookedBack |= slot.VisibleCount < slot.Entries.Count;
                    children.Add(new Segment(slot, slot.VisibleCount));
                }
                break;
            case ConcatenationNode concatenation:
                foreach (var part in concatenation.Parts)
                {
                    if (part is not BlankNode)
                    {
                        AppendChild(children, part, key);
                    }
                }
                break;
            case SubstitutionNode { Path: not null } substitution:
                AppendTarget(children, substitution, key);
                break;
            default:
                children.Clear();
                break;
        }
        _depth--;
    }

    private void AppendTarget(List<Segment> children, SubstitutionNode node, string key)
    {
        var target = node.Scope.Length > 0 ? Find([.. node.Scope, .. node.Path!]) : [];
        if (target.Count == 0)
        {
            target = Find(node.Path);
        }
        if (target.Count == 0 && FromEnvironment(node) is not null)
        {
            children.Clear(); // A string: it has no fields and hides those below.
        }
        foreach (var (slot, count) in target)
        {
            for (var index = 0; index < count && index < slot.VisibleCount; index++)
            {
                var visible = slot.Visible;
                slot.Visible = Math.Min(visible, index);
                try
                {
                    AppendChild(children, slot.Entries[index], key);
                }
                finally
                {
                    slot.Visible = visible;
                }
            }
        }
    }
}
