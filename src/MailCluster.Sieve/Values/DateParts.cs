using System.Globalization;

namespace MailCluster.Sieve;

/// <summary>The parts of a date that RFC 5260 §4.2 names.</summary>
internal static class DateParts
{
    /// <summary>The day before the first of the Modified Julian Days, as days from year 1: 17 November 1858 is day 0.</summary>
    private static readonly int s_julianZero = new DateOnly(1858, 11, 17).DayNumber;

    /// <summary>One part as text; null if there is no such part.</summary>
    internal static string? Format(DateTimeOffset date, string part) => part.ToUpperInvariant() switch
    {
        "YEAR" => Text(date, "yyyy"),
        "MONTH" => Text(date, "MM"),
        "DAY" => Text(date, "dd"),
        "DATE" => Text(date, "yyyy'-'MM'-'dd"),
        "JULIAN" => (DateOnly.FromDateTime(date.DateTime).DayNumber - s_julianZero).ToString(CultureInfo.InvariantCulture),
        "HOUR" => Text(date, "HH"),
        "MINUTE" => Text(date, "mm"),
        "SECOND" => Text(date, "ss"),
        "TIME" => Text(date, "HH':'mm':'ss"),
        "ISO8601" => Text(date, "yyyy'-'MM'-'dd'T'HH':'mm':'ss") + (date.Offset == TimeSpan.Zero ? "Z" : Text(date, "zzz")),
        "STD11" => Text(date, "ddd, dd MMM yyyy HH':'mm':'ss ") + Zone(date.Offset),
        "ZONE" => Zone(date.Offset),
        "WEEKDAY" => ((int)date.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary><c>+hhmm</c> or <c>-hhmm</c>. The runtime takes offsets of up to fourteen hours.</summary>
    internal static bool TryParseZone(string text, out TimeSpan offset)
    {
        offset = default;
        if (text.Length != 5 || text[0] is not ('+' or '-') || text.AsSpan(1).ContainsAnyExceptInRange('0', '9'))
            return false;
        var hours = ((text[1] - '0') * 10) + text[2] - '0';
        var minutes = ((text[3] - '0') * 10) + text[4] - '0';
        if (minutes > 59 || (hours * 60) + minutes > 14 * 60)
            return false;
        offset = new TimeSpan(hours, minutes, 0);
        if (text[0] == '-')
            offset = -offset;
        return true;
    }

    /// <summary>The date and time form of RFC 3339 §5.6.</summary>
    internal static bool TryParseIso8601(string text, out DateTimeOffset date) => DateTimeOffset.TryParseExact(
        text,
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal,
        out date);

    /// <summary>The date in another zone; the date itself if that would be before year 1 or behind year 9999.</summary>
    internal static DateTimeOffset In(DateTimeOffset date, TimeSpan offset)
    {
        var ticks = date.UtcTicks + offset.Ticks;
        return ticks >= DateTimeOffset.MinValue.Ticks && ticks <= DateTimeOffset.MaxValue.Ticks ? date.ToOffset(offset) : date;
    }

    private static string Zone(TimeSpan offset) => string.Create(
        CultureInfo.InvariantCulture, $"{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hhmm}");

    private static string Text(DateTimeOffset date, string format) => date.ToString(format, CultureInfo.InvariantCulture);
}
