using MailCluster.Hocon;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

/// <summary>
/// One reading of the configuration: built-in defaults, then a file, then <c>--set</c>, later ones winning; checked as a whole. Includes and
/// substitutions work across the three.
/// </summary>
internal sealed class NodeConfiguration
{
    private const string Root = "mailcluster";

    private NodeConfiguration(HoconObject effective, HoconObject defaults, NodeOptions options, HoconErrors errors)
    {
        Effective = effective;
        Defaults = defaults;
        Options = options;
        Errors = errors.Items;
        Secrets = errors.Secrets;
    }

    /// <summary>What counts, each value with its origin.</summary>
    public HoconObject Effective { get; }

    /// <summary>What would count without file and <c>--set</c>.</summary>
    public HoconObject Defaults { get; }

    /// <summary>The typed options; meaningless while <see cref="Errors"/> is not empty.</summary>
    public NodeOptions Options { get; }

    /// <summary>Every fault, in the order of the schema.</summary>
    public IReadOnlyList<HoconError> Errors { get; }

    /// <summary>Paths of values that must not be shown.</summary>
    public IReadOnlySet<string> Secrets { get; }

    /// <summary>The file that is read when none is named.</summary>
    public const string DefaultFile = "cluster.hocon";

    /// <param name="file">Null: <see cref="DefaultFile"/> in the current folder if it is there.</param>
    /// <param name="settings"><c>path=value</c>, in order; the leading <c>mailcluster.</c> may be left out.</param>
    /// <param name="files">Null: the file system.</param>
    /// <param name="environment">Null: that of the process.</param>
    /// <exception cref="HoconException">Something is not HOCON, a substitution is undefined, or the named file is missing.</exception>
    public static NodeConfiguration Load(
        string? file, IReadOnlyList<string> settings, IHoconFiles? files = null, Func<string, string?>? environment = null)
    {
        files ??= new PhysicalHoconFiles();
        var layers = new HoconLayers(files, environment).AddText(Reference.Text, Reference.Source);
        if (file is not null)
        {
            layers.AddFile(file);
        }
        else if (files.TryRead(files.Canonical(DefaultFile, null), out _))
        {
            layers.AddFile(DefaultFile);
        }
        foreach (var setting in settings)
        {
            AddSetting(layers, setting);
        }
        var effective = layers.Resolve();
        var defaults = new HoconLayers(files, environment).AddText(Reference.Text, Reference.Source).Resolve();
        var errors = new HoconErrors();
        var options = HoconSection.Bind(effective, errors, NodeOptionsReader.Read);
        options = Roles.Apply(effective, options, errors);
        return new NodeConfiguration(effective, defaults, options, errors);
    }

    private static void AddSetting(HoconLayers layers, string setting)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new HoconException(new HoconOrigin($"--set {setting}", 0, 0), "expected path=value");
        }
        var path = setting[..equals].Trim();
        var source = $"--set {path}";
        var isFull = path == Root || path.StartsWith(Root + ".", StringComparison.Ordinal);
        layers.AddSetting(isFull ? path : $"{Root}.{path}", setting[(equals + 1)..], source);
    }
}
