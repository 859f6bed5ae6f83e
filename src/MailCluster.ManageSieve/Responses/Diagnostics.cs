using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MailCluster.ManageSieve.Session;
using MailCluster.Sieve;

namespace MailCluster.ManageSieve.Responses;

/// <summary>What the compiler found, as text for a person: one line each, beginning with the line's number (RFC 5804 §2.6).</summary>
internal static class Diagnostics
{
    /// <summary>NO with all that was found, if a script cannot be run for it; else null.</summary>
    public static Answer? Refuse(ImmutableArray<SieveDiagnostic> found) =>
        found.Any(static diagnostic => diagnostic.Severity == SieveSeverity.Error) ? Answer.No(Text(found)) : null;

    /// <summary>OK, with the warnings if there are any.</summary>
    public static Answer Accept(ImmutableArray<SieveDiagnostic> found, string text) =>
        found.IsEmpty ? Answer.Ok(text) : Answer.Ok(Text(found), ResponseCodes.Warnings);

    private static string Text(ImmutableArray<SieveDiagnostic> diagnostics)
    {
        var text = new StringBuilder();
        foreach (var diagnostic in diagnostics)
        {
            if (text.Length > 0)
                text.Append("\r\n");
            text.Append(CultureInfo.InvariantCulture, $"line {diagnostic.Line}: ");
            if (diagnostic.Severity == SieveSeverity.Warning)
                text.Append("warning: ");
            text.Append(diagnostic.Message);
            if (diagnostic.Fix is { } fix)
                text.Append(" (").Append(fix).Append(')');
        }

        return text.ToString();
    }
}
