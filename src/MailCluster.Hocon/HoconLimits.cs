namespace MailCluster.Hocon;

/// <summary>
/// Bounds that no honest configuration meets. They turn a hostile or looping file into an error with a line number instead of
/// a stack overflow or an endless start.
/// </summary>
public static class HoconLimits
{
    /// <summary>Objects, arrays and dotted path elements inside one another.</summary>
    public const int NestingMax = 100;

    /// <summary>Files including files.</summary>
    public const int IncludeDepthMax = 32;

    /// <summary>Files read for one configuration: two includes a file would otherwise double at each level.</summary>
    public const int IncludesMax = 1_000;

    /// <summary>Characters of one file.</summary>
    public const int FileCharactersMax = 8 * 1024 * 1024;

    /// <summary>Values inside one another while substitutions are followed.</summary>
    public const int ResolveDepthMax = 400;

    /// <summary>Values visited while substitutions are followed: the doubling chain <c>a=${b}${b}, b=${c}${c}, …</c> ends here.</summary>
    public const int ResolveStepsMax = 500_000;

    /// <summary>Characters of one concatenated string.</summary>
    public const int StringCharactersMax = 1024 * 1024;
}
