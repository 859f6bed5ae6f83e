using System.Diagnostics.Metrics;
using System.Text;

namespace MailCluster.Node.Metrics;

/// <summary>
/// Names by the conventions of Prometheus: letters, digits and underscores; the unit at the end (seconds, bytes); counters end in
/// <c>_total</c>. Source: https://prometheus.io/docs/practices/naming/.
/// </summary>
internal static class MetricNames
{
    public static string Of(Instrument instrument, MetricKind kind)
    {
        var name = new StringBuilder(Clean(instrument.Name));
        var unit = instrument.Unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            _ => null, // {connection} and the like only say what is counted.
        };
        if (unit is not null && !EndsWith(name, unit))
        {
            name.Append('_').Append(unit);
        }
        if (kind == MetricKind.Counter && !EndsWith(name, "total"))
        {
            name.Append("_total");
        }
        return name.ToString();
    }

    /// <summary>A legal name: every other character becomes an underscore.</summary>
    public static string Clean(string name)
    {
        var clean = new StringBuilder(name.Length);
        foreach (var character in name)
        {
            clean.Append(char.IsAsciiLetterOrDigit(character) ? character : '_');
        }
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? "_" + clean : clean.ToString();
    }

    private static bool EndsWith(StringBuilder name, string word) => name.ToString().EndsWith("_" + word, StringComparison.Ordinal);
}
