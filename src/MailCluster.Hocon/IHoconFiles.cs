using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Hocon;

/// <summary>Where files named by <c>include</c> come from.</summary>
public interface IHoconFiles
{
    /// <summary>The one name of a file, however it was written: tells an include cycle and anchors relative includes.</summary>
    /// <param name="path">As written in the include or on the command line.</param>
    /// <param name="includingFile">Canonical name of the file that holds the include; null for a path relative to the process.</param>
    string Canonical(string path, string? includingFile);

    /// <summary>Reads a whole file.</summary>
    /// <returns>False if there is no such file.</returns>
    /// <exception cref="IOException">It is there but cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is there but may not be read.</exception>
    bool TryRead(string canonicalPath, [NotNullWhen(true)] out string? text);
}

/// <summary>The file system. Relative includes start at the folder of the including file.</summary>
public sealed class PhysicalHoconFiles : IHoconFiles
{
    /// <inheritdoc/>
    public string Canonical(string path, string? includingFile)
    {
        var folder = includingFile is null ? Environment.CurrentDirectory : Path.GetDirectoryName(includingFile)!;
        return Path.GetFullPath(path, folder);
    }

    /// <inheritdoc/>
    public bool TryRead(string canonicalPath, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var file = new FileInfo(canonicalPath);
        if (!file.Exists)
        {
            return false;
        }
        if (file.Length > 4L * HoconLimits.FileCharactersMax)
        {
            throw new IOException($"the file is larger than {HoconUnits.Format(4L * HoconLimits.FileCharactersMax)}");
        }
        text = File.ReadAllText(canonicalPath);
        return true;
    }
}

/// <summary>Files in memory: canonical names are <c>/</c>-separated and rooted at <c>/</c>.</summary>
public sealed class InMemoryHoconFiles : IHoconFiles
{
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);

    /// <summary>Adds or replaces a file.</summary>
    public InMemoryHoconFiles Add(string path, string text)
    {
        _files[Canonical(path, null)] = text;
        return this;
    }

    /// <inheritdoc/>
    public string Canonical(string path, string? includingFile)
    {
        ArgumentNullException.ThrowIfNull(path);
        var folder = includingFile is null ? "/" : includingFile[..(includingFile.LastIndexOf('/') + 1)];
        var names = new List<string>();
        foreach (var name in (path.StartsWith('/') ? path : folder + path).Split('/'))
        {
            if (name == ".." && names.Count > 0)
            {
                names.RemoveAt(names.Count - 1);
            }
            else if (name is not ("" or "." or ".."))
            {
                names.Add(name);
            }
        }
        return "/" + string.Join('/', names);
    }

    /// <inheritdoc/>
    public bool TryRead(string canonicalPath, [NotNullWhen(true)] out string? text) => _files.TryGetValue(canonicalPath, out text);
}
