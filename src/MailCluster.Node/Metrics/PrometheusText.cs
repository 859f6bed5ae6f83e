using System.Globalization;
using System.Text;

namespace MailCluster.Node.Metrics;

/// <summary>The text exposition format 0.0.4. Source: https://prometheus.io/docs/instrumenting/exposition_formats/.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IReadOnlyList<InstrumentSeries> instruments)
    {
        var text = new StringBuilder(16_384);
        foreach (var instrument in instruments)
        {
            if (instrument.All.Count > 0)
            {
                Write(text, instrument);
            }
        }
        return text.ToString();
    }

    private static void Write(StringBuilder text, InstrumentSeries instrument)
    {
        if (instrument.Help.Length > 0)
        {
            var help = instrument.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append("# HELP ").Append(instrument.Name).Append(' ').Append(help).Append('\n');
        }
        var kind = instrument.Kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        };
        text.Append("# TYPE ").Append(instrument.Name).Append(' ').Append(kind).Append('\n');
        foreach (var series in instrument.All)
        {
            if (instrument.Kind == MetricKind.Histogram)
            {
                WriteHistogram(text, instrument.Name, series);
            }
            else
            {
                WriteSample(text, instrument.Name, series.Tags, null, series.Value);
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, Series series)
    {
        long count = 0;
        for (var index = 0; index < series.Bounds.Length; index++)
        {
            count += series.Bucket(index);
            WriteSample(text, name + "_bucket", series.Tags, Number(series.Bounds[index]), count);
        }
        count += series.Bucket(series.Bounds.Length);
        WriteSample(text, name + "_bucket", series.Tags, "+Inf", count);
        WriteSample(text, name + "_sum", series.Tags, null, series.Value);
        WriteSample(text, name + "_count", series.Tags, null, count);
    }

    private static void WriteSample(StringBuilder text, string name, KeyValuePair<string, object?>[] tags, string? bound, double value)
    {
        text.Append(name);
        var opening = '{';
        foreach (var (key, tag) in tags)
        {
            Label(MetricNames.Clean(key), Convert.ToString(tag, CultureInfo.InvariantCulture) ?? "");
        }
        if (bound is not null)
        {
            Label("le", bound);
        }
        text.Append(opening == ',' ? "} " : " ").Append(Number(value)).Append('\n');

        void Label(string key, string labelValue)
        {
            text.Append(opening).Append(key).Append("=\"");
            foreach (var character in labelValue)
            {
                _ = character switch
                {
                    '\\' => text.Append("\\\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append("\\n"),
                    _ => text.Append(character),
                };
            }
            text.Append('"');
            opening = ',';
        }
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
