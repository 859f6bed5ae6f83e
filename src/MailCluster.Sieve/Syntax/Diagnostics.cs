using System.Collections.Immutable;

namespace MailCluster.Sieve.Syntax;

/// <summary>Collects what is wrong, up to a limit; past it the compiler stops, since errors then come from errors.</summary>
internal sealed class Diagnostics(SourceText source, int max)
{
    /// <summary>UTF-16 units of a message: it may quote what the script has, and a name there may be as long as the script.</summary>
    private const int MessageMax = 400;

    private readonly List<(int Offset, SieveDiagnostic Diagnostic)> _list = [];

    internal bool HasErrors { get; private set; }

    internal bool IsFull => _list.Count >= max;

    internal void Error(int offset, string message, string? fix) => Add(SieveSeverity.Error, offset, message, fix);

    internal void Warning(int offset, string message, string? fix) => Add(SieveSeverity.Warning, offset, message, fix);

    /// <summary>In the order of the source.</summary>
    internal ImmutableArray<SieveDiagnostic> ToImmutable() =>
        [.. _list.OrderBy(static entry => entry.Offset).Select(static entry => entry.Diagnostic)];

    /// <summary>Without control characters, and cut in the middle if it is too long: both ends say more than either.</summary>
    private static string OneLine(string text)
    {
        if (text.Length > MessageMax)
            text = string.Concat(text.AsSpan(0, MessageMax / 2), "…", text.AsSpan(text.Length - (MessageMax / 2)));
        return text.Any(char.IsControl) ? string.Concat(text.Select(static c => char.IsControl(c) ? '\uFFFD' : c)) : text;
    }

    private void Add(SieveSeverity severity, int offset, string message, string? fix)
    {
        if (severity == SieveSeverity.Error && IsFull && !HasErrors)
            _list.RemoveAt(_list.Count - 1); // an error must be among them, or a script without a program would have none
        HasErrors |= severity == SieveSeverity.Error;
        if (IsFull)
            return;
        var (line, column) = source.PositionOf(offset);
        _list.Add((offset, new SieveDiagnostic(severity, line, column, OneLine(message), fix is null ? null : OneLine(fix))));
    }
}
