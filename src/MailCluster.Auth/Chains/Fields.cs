using MailCluster.Auth.Templates;

namespace MailCluster.Auth.Chains;

/// <summary>How extra fields come together. <c>name:protected</c> counts only where nothing is set yet, <c>name:remove</c> takes a field away.</summary>
internal static class Fields
{
    private const string Protected = ":protected";
    private const string Removed = ":remove";

    /// <summary>Adds the fields of a database to what is known.</summary>
    public static void AddTo(Dictionary<string, string> known, IReadOnlyDictionary<string, string> added)
    {
        foreach (var (name, value) in added)
        {
            if (name.EndsWith(Protected, StringComparison.Ordinal)) known.TryAdd(name[..^Protected.Length], value);
            else if (name.EndsWith(Removed, StringComparison.Ordinal)) known.Remove(name[..^Removed.Length]);
            else known[name] = value;
        }
    }

    /// <summary>A database's fields between those that are configured as defaults and those that override.</summary>
    public static IReadOnlyDictionary<string, string> Merged(
        FieldTemplates defaults, IReadOnlyDictionary<string, string> own, FieldTemplates overrides, AuthVariables variables)
    {
        if (defaults.IsEmpty && overrides.IsEmpty) return own;
        var merged = defaults.Expand(variables);
        foreach (var (name, value) in own) merged[name] = value;
        foreach (var (name, value) in overrides.Expand(variables with { Fields = merged })) merged[name] = value;
        return merged;
    }
}
