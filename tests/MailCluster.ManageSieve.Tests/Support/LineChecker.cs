using System.Collections.Immutable;
using System.Text;
using MailCluster.Sieve;

namespace MailCluster.ManageSieve.Tests.Support;

/// <summary>A checker whose judgement stands in the script: a line that begins with <c>error</c> or <c>warning</c> is one; <c>bug</c> is a fault of the checker.</summary>
internal sealed class LineChecker : IScriptChecker
{
    public ImmutableArray<SieveDiagnostic> Check(ReadOnlySpan<byte> script)
    {
        var found = ImmutableArray.CreateBuilder<SieveDiagnostic>();
        var number = 0;
        foreach (var line in Encoding.UTF8.GetString(script).Split("\r\n"))
        {
            number++;
            if (line == "bug")
                throw new InvalidOperationException("A fault, as a test wants it.");
            if (line.StartsWith("error", StringComparison.Ordinal))
                found.Add(new SieveDiagnostic(SieveSeverity.Error, number, 1, line, null));
            else if (line.StartsWith("warning", StringComparison.Ordinal))
                found.Add(new SieveDiagnostic(SieveSeverity.Warning, number, 1, line, "leave it out"));
        }

        return found.ToImmutable();
    }
}
