using System.Collections.Immutable;

namespace MailCluster.Sieve;

/// <summary>What the compiler gives.</summary>
/// <param name="Program">Null if, and only if, a diagnostic is an error.</param>
/// <param name="Diagnostics">In the order of the source, at most <see cref="SieveCompilerOptions.DiagnosticsMax"/>.</param>
public sealed record SieveCompilation(SieveProgram? Program, ImmutableArray<SieveDiagnostic> Diagnostics);

public enum SieveSeverity
{
    Warning = 0,
    Error = 1,
}

/// <summary>What is wrong with a script, or probably not meant.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in Unicode scalar values.</param>
/// <param name="Fix">What to do about it, where that can be said: <c>add "fileinto" to require</c>.</param>
public sealed record SieveDiagnostic(SieveSeverity Severity, int Line, int Column, string Message, string? Fix)
{
    public override string ToString() =>
        $"{Line}:{Column}: {(Severity == SieveSeverity.Error ? "error" : "warning")}: {Message}{(Fix is null ? "" : $" ({Fix})")}";
}

/// <summary>Whose script it is: that decides which extensions it may require.</summary>
public enum SieveScope
{
    /// <summary>A user's own.</summary>
    Personal = 0,

    /// <summary>The operator's.</summary>
    Global = 1,
}
