using MailCluster.Hocon;

namespace MailCluster.Node.Configuration;

/// <summary>Prints a configuration as HOCON lines, each with the place that set it as a comment.</summary>
internal static class ConfigurationListing
{
    private const int OriginColumn = 60;

    /// <param name="configuration">What to print.</param>
    /// <param name="isComplete">False: only values that differ from the defaults.</param>
    /// <param name="output">Where to.</param>
    public static void Write(NodeConfiguration configuration, bool isComplete, TextWriter output)
    {
        var defaults = new Dictionary<string, string>(StringComparer.Ordinal);
        Visit(configuration.Defaults, "", (path, value) => defaults[path] = value.Render());
        var shown = 0;
        Visit(configuration.Effective, "", (path, value) =>
        {
            var text = value.Render();
            if (!isComplete && defaults.TryGetValue(path, out var standard) && standard == text)
            {
                return;
            }
            var isSecret = configuration.Secrets.Contains(path) && value is not HoconScalar { ScalarKind: HoconScalarKind.Null };
            var line = $"{path} = {(isSecret ? "\"********\"" : Masked(configuration, path, value, text))}";
            output.WriteLine($"{line.PadRight(OriginColumn)}  # {value.Origin}");
            shown++;
        });
        if (shown == 0)
        {
            output.WriteLine("# everything is at its default; --all shows it");
        }
    }

    /// <summary>Leaves are scalars, arrays, and objects without fields.</summary>
    private static void Visit(HoconObject node, string prefix, Action<string, HoconValue> visit)
    {
        foreach (var (key, value) in node.Fields)
        {
            var path = prefix.Length == 0 ? HoconText.Key(key) : $"{prefix}.{HoconText.Key(key)}";
            if (value is HoconObject { Fields.Count: > 0 } child)
            {
                Visit(child, path, visit);
            }
            else
            {
                visit(path, value);
            }
        }
    }

    /// <summary>Secrets inside a list have paths such as <c>tls.sni[0].key-password</c>.</summary>
    private static string Masked(NodeConfiguration configuration, string path, HoconValue value, string text)
    {
        if (value is not HoconArray array || !configuration.Secrets.Any(secret => secret.StartsWith(path + "[", StringComparison.Ordinal)))
        {
            return text;
        }
        var items = array.Items.Select((item, index) => item is HoconObject fields
            ? "{ " + string.Join(", ", fields.Fields.Select(field => $"{HoconText.Key(field.Key)} = " + (IsSecret(index, field.Key) ? "\"********\"" : field.Value.Render()))) + " }"
            : item.Render());
        return $"[{string.Join(", ", items)}]";

        bool IsSecret(int index, string key) => configuration.Secrets.Contains($"{path}[{index}].{HoconText.Key(key)}");
    }
}
