using MailCluster.Hocon.Resolution;
using MailCluster.Hocon.Syntax;

namespace MailCluster.Hocon;

/// <summary>
/// Several sources as one configuration: each layer is merged over those before it, and substitutions are followed once, at the end, so
/// that a default may refer to what a later layer sets. Not safe for concurrent use; <see cref="Resolve"/> may be called once.
/// </summary>
public sealed class HoconLayers
{
    private readonly ObjectNode _root = new(new HoconOrigin("configuration", 0, 0));
    private readonly IHoconFiles _files;
    private readonly Func<string, string?> _environment;
    private bool _isResolved;

    /// <param name="files">Where files come from; null for the file system.</param>
    /// <param name="environment">Environment variables; null for those of this process.</param>
    public HoconLayers(IHoconFiles? files = null, Func<string, string?>? environment = null)
    {
        _files = files ?? new PhysicalHoconFiles();
        _environment = environment ?? Environment.GetEnvironmentVariable;
    }

    /// <summary>Adds HOCON text; its relative includes start at the process's folder.</summary>
    /// <param name="text">HOCON.</param>
    /// <param name="source">Name of the layer in origins and errors.</param>
    /// <exception cref="HoconException">The text is not HOCON.</exception>
    public HoconLayers AddText(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        _root.Merge(HoconParser.Parse(text, source, canonicalFile: null, _files));
        return this;
    }

    /// <summary>Adds a file.</summary>
    /// <exception cref="HoconException">It is missing, unreadable, or not HOCON.</exception>
    public HoconLayers AddFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var canonical = _files.Canonical(path, includingFile: null);
        var place = new HoconOrigin(path, 0, 0);
        try
        {
            if (!_files.TryRead(canonical, out var text))
            {
                throw new HoconException(place, "the file does not exist");
            }
            _root.Merge(HoconParser.Parse(text, path, canonical, _files));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HoconException(place, $"the file cannot be read: {error.Message}");
        }
        return this;
    }

    /// <summary>
    /// Adds one setting from a command line. The value is HOCON; text that is none (<c>*</c>, <c>::1</c>, <c>a,b</c>) is taken as it is, so that
    /// a shell needs no second layer of quotes.
    /// </summary>
    /// <param name="path">The key, as HOCON writes it.</param>
    /// <param name="value">The value. If it begins with <c>{ [ " $</c> it must be HOCON.</param>
    /// <param name="source">Name of the layer in origins and errors.</param>
    /// <exception cref="HoconException">The path is none, or a value that must be HOCON is not.</exception>
    public HoconLayers AddSetting(string path, string value, string source)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(value);
        var keys = HoconParser.ParsePath(path, source);
        SyntaxNode node;
        try
        {
            node = HoconParser.ParseValue(value, keys, source);
        }
        catch (HoconException) when (value.TrimStart() is not ['{' or '[' or '"' or '$', ..])
        {
            node = new ScalarNode(value, HoconScalarKind.String, new HoconOrigin(source, 0, 0));
        }
        _root.Put(keys, node);
        return this;
    }

    /// <summary>Follows every substitution.</summary>
    /// <exception cref="HoconException">One is undefined or refers to itself, unlike kinds are concatenated, or a limit is met.</exception>
    /// <exception cref="InvalidOperationException">Called a second time.</exception>
    public HoconObject Resolve()
    {
        if (_isResolved)
        {
            throw new InvalidOperationException("these layers have been resolved already");
        }
        _isResolved = true;
        return HoconResolver.Resolve(_root, _environment);
    }

    /// <summary>Reads one text without other layers.</summary>
    /// <exception cref="HoconException">As <see cref="AddText"/> and <see cref="Resolve"/>.</exception>
    public static HoconObject Parse(string text, string source = "text") => new HoconLayers().AddText(text, source).Resolve();
}
