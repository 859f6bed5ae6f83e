using System.Collections.Immutable;

namespace MailCluster.Sieve.Syntax;

/// <summary>Collects what is wrong, up to a limit; past it the compiler stops, since errors then come from errors.</summary>
internal sealed class Diagnostics(SourceText source, int max)
{
    private readonly List<(int Offset, SieveDiagnostic Diagnostic)> _list = [];

    internal bool HasErrors { get; private set; }

    internal bool IsFull => _list.Count >= max;

    internal void Error(int offset, string message, string? fix) => Add(SieveSeverity.Error, offset, message, fix);

    internal void Warning(int offset, string message, string? fix) => Add(SieveSeverity.Warning, offset, message, fix);

    /// <summary>In the order of the source.</summary>
    internal ImmutableArray<SieveDiagnostic> ToImmutable() =>
        [.. _list.OrderBy(static entry => entry.Offset).Select(static entry => entry.Diagnostic)];

    private void Add(SieveSeverity severity, int offset, string message, string? fix)
    {
        if (severity == SieveSeverity.Error && IsFull && !HasErrors)
            _list.RemoveAt(_list.Count - 1); // an error must be among them, or a script without a program would have none
        HasErrors |= severity == SieveSeverity.Error;
        if (IsFull)
            return;
        var (line, column) = source.PositionOf(offset);
        _list.Add((offset, new SieveDiagnostic(severity, line, column, message, fix)));
    }
}
