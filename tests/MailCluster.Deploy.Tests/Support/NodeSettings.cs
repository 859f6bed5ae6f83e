using System.Text.RegularExpressions;

namespace MailCluster.Deploy.Tests.Support;

/// <summary>What a node makes of a configuration: all settings, as <c>mailcluster config --all</c> prints them. Fails if it finds a fault.</summary>
internal sealed partial class NodeSettings
{
    private readonly Dictionary<string, string> _values;

    private NodeSettings(Dictionary<string, string> values) => _values = values;

    public string this[string key] => _values[$"mailcluster.{key}"].Trim('"');

    public int Port(string listener) => int.Parse(this[$"listeners.{listener}.port"], System.Globalization.CultureInfo.InvariantCulture);

    /// <param name="folder">Takes the files.</param>
    /// <param name="configuration">The name of the configuration among <paramref name="files"/>.</param>
    /// <param name="files">By absolute path, as the node would find them.</param>
    /// <param name="environment">As the node would have it.</param>
    public static async Task<NodeSettings> ReadAsync(
        TemporaryFolder folder, string configuration, IReadOnlyDictionary<string, string> files, IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (path, text) in files)
            folder.Write(path, path.EndsWith(".hocon", StringComparison.Ordinal) ? Moved(text, folder.Path) : text);
        var result = await Tool.RequireAsync(
            Repository.NodeProgram,
            ["config", "--all", "--config", Path.Combine(folder.Path, configuration.TrimStart('/'))],
            environment.ToDictionary(pair => pair.Key, pair => Moved(pair.Value, folder.Path)));
        return new NodeSettings(Setting().Matches(result.Output).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.TrimEnd()));
    }

    /// <summary>Absolute paths of a mounted file system point into the folder.</summary>
    private static string Moved(string text, string root) => text.Replace("/run/", $"{root}/run/", StringComparison.Ordinal)
        .Replace("\"/etc/", $"\"{root}/etc/", StringComparison.Ordinal);

    [GeneratedRegex(@"^(mailcluster\S+) = (.*?)  +#", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
