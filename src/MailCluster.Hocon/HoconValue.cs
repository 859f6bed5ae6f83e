using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailCluster.Hocon;

/// <summary>One resolved value of the tree: an object, an array or a scalar. Immutable; knows where it was written.</summary>
public abstract class HoconValue
{
    private protected HoconValue(HoconOrigin origin) => Origin = origin;

    /// <summary>Where the text of this value stands. Of merged objects: the place of the last one.</summary>
    public HoconOrigin Origin { get; }

    /// <summary>What this is, in the words of an error message: <c>an object</c>, <c>a number</c>, ….</summary>
    public abstract string Kind { get; }

    /// <summary>HOCON that reads back as an equal value, on one line.</summary>
    public abstract string Render();

    /// <inheritdoc/>
    public override string ToString() => Render();
}

/// <summary>What kind of scalar the text was. Typed readers convert between them as the HOCON specification allows.</summary>
public enum HoconScalarKind
{
    /// <summary>Quoted, unquoted, or concatenated text.</summary>
    String,

    /// <summary>A JSON number, kept as its text.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary><c>null</c>, which also un-sets an earlier value.</summary>
    Null,
}

/// <summary>A string, number, boolean or null.</summary>
public sealed class HoconScalar : HoconValue
{
    internal HoconScalar(string text, HoconScalarKind scalarKind, HoconOrigin origin)
        : base(origin) => (Text, ScalarKind) = (text, scalarKind);

    /// <summary>The characters, unescaped; a number exactly as it was written.</summary>
    public string Text { get; }

    /// <summary>The kind of scalar.</summary>
    public HoconScalarKind ScalarKind { get; }

    /// <inheritdoc/>
    public override string Kind => ScalarKind switch
    {
        HoconScalarKind.Number => $"the number {Text}",
        HoconScalarKind.Boolean => $"the boolean {Text}",
        HoconScalarKind.Null => "null",
        _ => $"the string {HoconText.Quote(Text)}",
    };

    /// <inheritdoc/>
    public override string Render() => ScalarKind == HoconScalarKind.String ? HoconText.Quote(Text) : Text;
}

/// <summary>An ordered list of values.</summary>
public sealed class HoconArray : HoconValue
{
    internal HoconArray(IReadOnlyList<HoconValue> items, HoconOrigin origin)
        : base(origin) => Items = items;

    /// <summary>The elements in the order written.</summary>
    public IReadOnlyList<HoconValue> Items { get; }

    /// <inheritdoc/>
    public override string Kind => "an array";

    /// <inheritdoc/>
    public override string Render() => $"[{string.Join(", ", Items.Select(item => item.Render()))}]";
}

/// <summary>Fields in the order in which their keys first appeared.</summary>
public sealed class HoconObject : HoconValue
{
    private readonly OrderedDictionary<string, HoconValue> _fields;

    internal HoconObject(OrderedDictionary<string, HoconValue> fields, HoconOrigin origin)
        : base(origin) => _fields = fields;

    /// <summary>The fields, in order. Keys are compared by their characters: HOCON is case-sensitive.</summary>
    public IReadOnlyDictionary<string, HoconValue> Fields => _fields;

    /// <inheritdoc/>
    public override string Kind => "an object";

    /// <summary>Finds a value by a path of plain keys joined by dots. A quoted key with a dot in it cannot be named this way.</summary>
    public bool TryGet(string path, [NotNullWhen(true)] out HoconValue? value)
    {
        ArgumentNullException.ThrowIfNull(path);
        value = this;
        foreach (var key in path.Split('.'))
        {
            if (value is not HoconObject node || !node._fields.TryGetValue(key, out value))
            {
                value = null;
                return false;
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public override string Render()
    {
        var text = new StringBuilder("{");
        foreach (var (key, value) in _fields)
        {
            text.Append(text.Length == 1 ? " " : ", ").Append(HoconText.Key(key)).Append(" = ").Append(value.Render());
        }
        return text.Append(text.Length == 1 ? "}" : " }").ToString();
    }
}
