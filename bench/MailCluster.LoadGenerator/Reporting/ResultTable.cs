using System.Globalization;
using System.Text;
using System.Text.Json;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Rows;

namespace MailCluster.LoadGenerator.Reporting;

/// <summary>Medians over the rounds of both servers (peaks: the greatest), as a Markdown table.</summary>
internal static class ResultTable
{
    /// <param name="jsonLines">What <c>run</c> printed.</param>
    /// <param name="tuned">The other server was tuned: targets are of the comparison with its defaults, and to be faster is what is asked here.</param>
    public static string Make(IEnumerable<string> jsonLines, bool tuned)
    {
        var all = jsonLines.Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<Measurement>(line)!).ToArray();
        var text = new StringBuilder();
        text.AppendLine("| row | unit | ours | Dovecot | ratio | target | | CPU ratio | ours p50 / p99 ms | Dovecot p50 / p99 ms | PSS MiB ours / Dovecot | generator's CPU |");
        text.AppendLine("|---|---|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|");
        var notes = new StringBuilder();
        foreach (var row in RowCatalogue.All)
        {
            var ours = all.Where(each => each.Row == row.Name && each.Server == "ours").ToArray();
            var theirs = all.Where(each => each.Row == row.Name && each.Server == "dovecot").ToArray();
            if (ours.Length > 0 || theirs.Length > 0)
            {
                text.AppendLine(Line(row, ours, theirs, tuned));
                Notes(notes, row, ours, theirs);
            }
        }
        return notes.Length == 0 ? text.ToString() : $"{text}\n{notes}";
    }

    private static string Line(Row row, Measurement[] ours, Measurement[] theirs, bool tuned)
    {
        double mine = Value(row, ours), other = Value(row, theirs);
        var ratio = row.LessIsBetter ? other / mine : mine / other;
        var cpu = Median(theirs, CpuPerUnit) / Median(ours, CpuPerUnit);
        var (target, verdict) = Verdict(row, mine, ratio, tuned);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {row.Name} | {Unit(row.Unit)} | {Figure(mine)} | {Figure(other)} | {Times(ratio)} | {target} | {verdict} | {Times(cpu)} | {Latency(ours)} | {Latency(theirs)} | {Pss(ours)} / {Pss(theirs)} | {Share(ours)} / {Share(theirs)} |");
    }

    private static (string Target, string Verdict) Verdict(Row row, double mine, double ratio, bool tuned)
    {
        if (row.Limit > 0)
        {
            return (string.Create(CultureInfo.InvariantCulture, $"≤ {row.Limit:#,##0}"), double.IsNaN(mine) ? "" : mine <= row.Limit ? "met" : "missed");
        }
        var wanted = tuned ? Math.Min(row.Target, 1) : row.Target;
        return row.Target == 0 || double.IsNaN(ratio)
            ? ("", "")
            : (string.Create(CultureInfo.InvariantCulture, $"{wanted:0.#}×"), ratio >= wanted ? "met" : ratio >= 1 ? "missed" : "**slower**");
    }

    private static void Notes(StringBuilder notes, Row row, Measurement[] ours, Measurement[] theirs)
    {
        foreach (var failed in ours.Concat(theirs).Where(each => each.Errors > 0))
        {
            notes.AppendLine(CultureInfo.InvariantCulture, $"- {row.Name}, {failed.Server}, round {failed.Round}: {failed.Errors} errors; first: {failed.FirstError}");
        }
        if (ours.Concat(theirs).Any(each => each.BasePssKiB > 0))
        {
            notes.AppendLine(CultureInfo.InvariantCulture, $"- {row.Name}: before the connections, ours {Base(ours)} MiB, Dovecot {Base(theirs)} MiB");
        }
        foreach (var noted in ours.Concat(theirs).Where(each => each.Note is not null))
        {
            notes.AppendLine(CultureInfo.InvariantCulture, $"- {row.Name}, {noted.Server}, round {noted.Round}: {noted.Note}");
        }
        var checks = ours.Concat(theirs).Where(each => each.Errors == 0).Select(each => each.Check).Distinct().ToArray();
        if (checks.Length > 1)
        {
            notes.AppendLine(CultureInfo.InvariantCulture, $"- {row.Name}: the answers differ in size: {string.Join(", ", checks)}");
        }
    }

    private static string Unit(RowUnit unit) => unit switch
    {
        RowUnit.MessagesPerSecond => "msg/s",
        RowUnit.CommandsPerSecond => "cmd/s",
        RowUnit.Milliseconds => "ms",
        RowUnit.MiB => "MiB",
        RowUnit.TimesOfThousand => "× of 1,000",
        _ => "KiB each",
    };

    private static double CpuPerUnit(Measurement each) => each.Units == 0 ? double.NaN : each.ServerCpuSeconds / each.Units;

    private static double GeneratorShare(Measurement each) => each.Seconds == 0 ? 0 : each.GeneratorCpuSeconds / each.Seconds;

    private static string Pss(Measurement[] of) => of.Length == 0 ? "-" : (Median(of, each => each.PssKiB) / 1024).ToString("0", CultureInfo.InvariantCulture);

    private static string Base(Measurement[] of) => of.Length == 0 ? "-" : (Median(of, each => each.BasePssKiB) / 1024).ToString("0", CultureInfo.InvariantCulture);

    private static string Latency(Measurement[] of) => of.Length == 0 || of[0].P50 == 0
        ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{Median(of, each => each.P50):0.00} / {Median(of, each => each.P99):0.00}");

    private static string Share(Measurement[] of) => of.Length == 0 ? "-" : Median(of, GeneratorShare).ToString("0 %", CultureInfo.InvariantCulture);

    private static string Figure(double value) => double.IsNaN(value) ? "-" : value.ToString(value < 100 ? "0.00" : "#,##0", CultureInfo.InvariantCulture);

    private static string Times(double ratio) => double.IsFinite(ratio) ? ratio.ToString("0.00", CultureInfo.InvariantCulture) + "×" : "-";

    private static double Value(Row row, Measurement[] of) => row.IsPeak && of.Length > 0 ? of.Max(each => each.Value) : Median(of, each => each.Value);

    private static double Median(Measurement[] of, Func<Measurement, double> value)
    {
        if (of.Length == 0)
        {
            return double.NaN;
        }
        var sorted = of.Select(value).Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
