namespace MailCluster.Sieve;

/// <summary>
/// What one run may spend, all its stages and included scripts together. Past a limit the run ends with an error that names it, and the message is kept.
/// </summary>
public sealed record SieveRunLimits
{
    public static SieveRunLimits Default { get; } = new();

    /// <summary>
    /// Operations: tests, actions, and comparisons of a value with a key, each 1, and for long values one more for each 256 characters looked at. A script of thirty rules
    /// spends under 1,000; ten million take about a second.
    /// </summary>
    public int OperationsMax { get; init; } = 5_000_000;

    /// <summary>Time by the host's clock without what the host itself takes, looked at every thousand operations and behind each regular expression.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>UTF-16 units in one variable or string with variables; what is longer is cut there (RFC 5229 §6 asks for at least 4,000).</summary>
    public int VariableCharactersMax { get; init; } = 64 * 1024;

    /// <summary>UTF-16 units in all variables.</summary>
    public int VariableCharactersTotalMax { get; init; } = 1024 * 1024;

    /// <summary>Variables set in one script, and global ones in one run (RFC 5229 §6 asks for at least 128).</summary>
    public int VariablesMax { get; init; } = 1024;

    /// <summary>Actions in one run, a keep among them.</summary>
    public int ActionsMax { get; init; } = 32;

    /// <summary>Flags and keywords of one message.</summary>
    public int FlagsMax { get; init; } = 64;

    /// <summary>Redirects in one run. Four, as Pigeonhole has it: a mailing list belongs elsewhere.</summary>
    public int RedirectsMax { get; init; } = 4;

    /// <summary>Notifications in one run.</summary>
    public int NotificationsMax { get; init; } = 8;

    /// <summary>Programs run, pipe included.</summary>
    public int ProgramsMax { get; init; } = 8;

    /// <summary>Scripts that include each other, the first being 1 (RFC 6609 §3.1 asks for at least 3 below the first).</summary>
    public int IncludeDepthMax { get; init; } = 10;

    /// <summary>Scripts included in one run.</summary>
    public int IncludesMax { get; init; } = 255;

    /// <summary>Time that one match of a regular expression may take. The engine is linear in the text, so this is a second fence.</summary>
    public TimeSpan RegexTimeMax { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>UTF-16 units of a value that a regular expression looks at; the rest is not looked at.</summary>
    public int RegexInputCharactersMax { get; init; } = 128 * 1024;

    /// <summary>UTF-16 units of a pattern that comes out of variables.</summary>
    public int RegexPatternCharactersMax { get; init; } = 4 * 1024;

    /// <summary>Edits of the message: fields added and removed, parts replaced, enclosures.</summary>
    public int EditsMax { get; init; } = 256;

    /// <summary>Lines of <c>debug_log</c> that are kept.</summary>
    public int LogLinesMax { get; init; } = 32;
}
