using System.Collections.Immutable;

namespace MailCluster.Sieve;

/// <summary>What scripts may be and may use.</summary>
public sealed record SieveCompilerOptions
{
    public static SieveCompilerOptions Default { get; } = new();

    /// <summary>Extensions that users' own scripts may require. Names that are no extension of this compiler are refused when it is made.</summary>
    public ImmutableArray<string> PersonalExtensions { get; init; } = SieveExtensions.PersonalDefault;

    /// <summary>Extensions that the operator's scripts may require.</summary>
    public ImmutableArray<string> GlobalExtensions { get; init; } = SieveExtensions.GlobalDefault;

    /// <summary>Octets of a script.</summary>
    public int ScriptBytesMax { get; init; } = 1024 * 1024;

    /// <summary>Blocks and tests within each other (RFC 5228 §2.10.5 asks for at least 15).</summary>
    public int NestingMax { get; init; } = 32;

    /// <summary>Octets of one string.</summary>
    public int StringBytesMax { get; init; } = 1024 * 1024;

    /// <summary>Strings in one list.</summary>
    public int ListStringsMax { get; init; } = 4096;

    /// <summary>Diagnostics of one script; then the compiler stops.</summary>
    public int DiagnosticsMax { get; init; } = 50;

    /// <summary>Octets of a regular expression.</summary>
    public int RegexBytesMax { get; init; } = 4 * 1024;

    /// <summary>Different regular expressions in one script: each is tried out when the script is compiled, for some hundred microseconds.</summary>
    public int RegexesMax { get; init; } = 256;

    /// <summary>Fields that a user's script neither adds nor removes: its commands for them do nothing (RFC 5293 §6). Received and Auto-Submitted never, in any script.</summary>
    public ImmutableArray<string> ProtectedFields { get; init; } = ["Return-Path", "Delivered-To", "DKIM-Signature", "Authentication-Results", "X-Sieve"];

    /// <summary>The shortest interval of vacation; shorter ones are raised to it (RFC 5230 §4.1). Zero only for sites that want an answer each time (RFC 6131 §2).</summary>
    public TimeSpan VacationIntervalMin { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The interval of a vacation that gives none.</summary>
    public TimeSpan VacationIntervalDefault { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The longest interval of vacation; longer ones are lowered to it.</summary>
    public TimeSpan VacationIntervalMax { get; init; } = TimeSpan.FromDays(60);
}
