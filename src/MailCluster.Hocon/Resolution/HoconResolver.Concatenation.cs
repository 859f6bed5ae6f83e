using System.Text;
using MailCluster.Hocon.Syntax;

namespace MailCluster.Hocon.Resolution;

/// <summary>
/// Parts side by side on one line: strings join with the blanks between them, arrays append, objects merge. Parts of unlike kind are an error.
/// An undefined optional substitution adds nothing; if nothing else is there, the whole value is undefined.
/// </summary>
internal sealed partial class HoconResolver
{
    private HoconValue? Concatenation(ConcatenationNode node, Slot slot, int fieldsVisible)
    {
        var values = new List<(SyntaxNode Part, HoconValue Value)>(node.Parts.Count);
        var hasBlanks = false;
        HoconValue? shape = null;
        foreach (var part in node.Parts)
        {
            if (part is BlankNode blank)
            {
                hasBlanks = true;
                values.Add((part, new HoconScalar(blank.Text, HoconScalarKind.String, blank.Origin)));
            }
            else if (Value(part, slot, fieldsVisible) is { } value)
            {
                shape ??= value;
                values.Add((part, value));
            }
        }
        if (shape is null)
        {
            return null;
        }
        if (shape is not HoconScalar || values.Any(entry => entry.Value is not HoconScalar))
        {
            values.RemoveAll(entry => entry.Part is BlankNode);
            hasBlanks = false;
        }
        foreach (var (part, value) in values)
        {
            if (value.GetType() != shape.GetType())
            {
                throw new HoconException(part.Origin, $"cannot join {shape.Kind} and {value.Kind}");
            }
        }
        return shape switch
        {
            _ when values.Count == 1 && !hasBlanks => shape,
            HoconScalar => Text(node, values),
            HoconArray => new HoconArray([.. values.SelectMany(entry => ((HoconArray)entry.Value).Items)], node.Origin),
            _ => values.Select(entry => (HoconObject)entry.Value).Aggregate(Merge),
        };
    }

    private static HoconScalar Text(ConcatenationNode node, List<(SyntaxNode Part, HoconValue Value)> values)
    {
        var text = new StringBuilder();
        foreach (var (part, value) in values)
        {
            text.Append(((HoconScalar)value).Text);
            if (text.Length > HoconLimits.StringCharactersMax)
            {
                throw new HoconException(part.Origin, $"the joined text is longer than {HoconLimits.StringCharactersMax} characters");
            }
        }
        return new HoconScalar(text.ToString(), HoconScalarKind.String, node.Origin);
    }
}
