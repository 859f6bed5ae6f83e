namespace MailCluster.Auth.Templates;

/// <summary>Extra fields whose values are templates: a chain's default and override fields, a static database's fields.</summary>
internal sealed class FieldTemplates
{
    private readonly (string Name, Template Value)[] _fields;

    /// <exception cref="FormatException">A value is no template.</exception>
    public FieldTemplates(IReadOnlyDictionary<string, string> fields) => _fields = [.. fields.Select(static field => (field.Key, Template.Parse(field.Value)))];

    public static FieldTemplates None { get; } = new(new Dictionary<string, string>());

    public bool IsEmpty => _fields.Length == 0;

    public Dictionary<string, string> Expand(AuthVariables variables)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in _fields) fields[name] = value.Expand(variables);
        return fields;
    }
}
