using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MailCluster.Deploy.Tests.Support;

/// <summary>YAML as JSON nodes: plain scalars that are numbers or booleans are such, everything else is text.</summary>
internal static class Yaml
{
    public static IReadOnlyList<JsonNode> Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(new StringReader(text))));
        return [.. stream.Documents.Select(document => Convert(document.RootNode)).OfType<JsonNode>()];
    }

    /// <summary>The value under the keys, which must be there.</summary>
    public static JsonNode At(this JsonNode node, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            node = node[key] ?? throw new KeyNotFoundException($"no {key} in {node.ToJsonString()}");
        return node;
    }

    public static string Text(this JsonNode node, params ReadOnlySpan<string> keys) => node.At(keys).ToString();

    public static IEnumerable<JsonNode> Items(this JsonNode node, params ReadOnlySpan<string> keys) => node.At(keys).AsArray().OfType<JsonNode>();

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Convert(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidDataException(node.NodeType.ToString()),
    };

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}
