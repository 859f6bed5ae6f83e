namespace MailCluster.Hocon.Syntax;

/// <summary>The files that are open around the one being parsed: relative names start there, and a file must not include itself.</summary>
internal sealed class IncludeContext
{
    private readonly IHoconFiles _files;
    private readonly IncludeContext? _outer;
    private readonly string? _canonical;
    private readonly Counter _count;
    private readonly int _depth;

    public IncludeContext(IHoconFiles files, string? canonical)
        : this(files, null, canonical, new Counter()) { }

    private IncludeContext(IHoconFiles files, IncludeContext? outer, string? canonical, Counter count)
    {
        _files = files;
        _outer = outer;
        _canonical = canonical;
        _count = count;
        _depth = outer is null ? 0 : outer._depth + 1;
    }

    /// <summary>Reads the named file.</summary>
    /// <returns>Null if it does not exist and need not.</returns>
    /// <exception cref="HoconException">It is required and missing, unreadable, part of a cycle, or past the limits.</exception>
    public IncludedFile? Read(string name, HoconOrigin origin, bool isRequired)
    {
        if (name.Length == 0 || name.Contains('\0'))
        {
            throw new HoconException(origin, "expected the name of a file to include, found an unusable name");
        }
        var canonical = _files.Canonical(name, _canonical);
        for (var open = this; open is not null; open = open._outer)
        {
            if (open._canonical == canonical)
            {
                throw new HoconException(origin, $"include cycle: {canonical} is already being read");
            }
        }
        if (_depth >= HoconLimits.IncludeDepthMax || ++_count.Value > HoconLimits.IncludesMax)
        {
            throw new HoconException(origin,
                $"more than {HoconLimits.IncludeDepthMax} includes inside one another, or more than {HoconLimits.IncludesMax} in all");
        }
        try
        {
            if (_files.TryRead(canonical, out var text))
            {
                return new IncludedFile(text, canonical, new IncludeContext(_files, this, canonical, _count));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HoconException(origin, $"the included file {canonical} cannot be read: {error.Message}");
        }
        return isRequired ? throw new HoconException(origin, $"the required file {canonical} does not exist") : null;
    }

    private sealed class Counter
    {
        public int Value;
    }
}

/// <summary>One file found by an include.</summary>
internal sealed record IncludedFile(string Text, string Source, IncludeContext Context);
