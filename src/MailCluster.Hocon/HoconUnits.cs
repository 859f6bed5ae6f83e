using System.Globalization;

namespace MailCluster.Hocon;

/// <summary>
/// Numbers with units, by the HOCON specification ("Duration format", "Size in bytes format"): a bare number is milliseconds or bytes,
/// space between number and unit is free, names are case-sensitive (<c>m</c> is minutes in a duration and MiB in a size).
/// </summary>
public static class HoconUnits
{
    /// <summary>What a duration may look like, for error messages.</summary>
    public const string DurationForm = "a duration such as 500 ms, 30 s, 5 m, 1 h or 7 d";

    /// <summary>What a size may look like, for error messages.</summary>
    public const string SizeForm = "a size such as 4096, 512 KiB, 64 MiB or 1 GB";

    /// <summary>Reads a duration with the resolution of <see cref="TimeSpan"/> (100 ns).</summary>
    /// <returns>False if it is not a non-negative number, the unit is unknown, or it exceeds what <see cref="TimeSpan"/> holds.</returns>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (!TrySplit(text, out var number, out var unit))
        {
            return false;
        }
        decimal ticks = unit switch
        {
            "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => 0.01m,
            "us" or "µs" or "micro" or "micros" or "microsecond" or "microseconds" => TimeSpan.TicksPerMicrosecond,
            "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.TicksPerMillisecond,
            "s" or "second" or "seconds" => TimeSpan.TicksPerSecond,
            "m" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
            "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
            "d" or "day" or "days" => TimeSpan.TicksPerDay,
            "w" or "week" or "weeks" => 7 * TimeSpan.TicksPerDay,
            _ => 0,
        };
        if (ticks == 0 || number > long.MaxValue / Math.Max(ticks, 1))
        {
            return false;
        }
        duration = TimeSpan.FromTicks((long)(number * ticks));
        return true;
    }

    /// <summary>Reads a number of bytes. Decimal names (kB, MB) are powers of 1000; K, Ki, KiB and so on are powers of 1024.</summary>
    /// <returns>False if it is not a non-negative number, the unit is unknown, or it exceeds 2^63 − 1 bytes.</returns>
    public static bool TryParseSize(string text, out long bytes)
    {
        bytes = 0;
        if (!TrySplit(text, out var number, out var unit))
        {
            return false;
        }
        decimal factor = unit switch
        {
            "" or "B" or "b" or "byte" or "bytes" => 1,
            "kB" or "KB" or "kilobyte" or "kilobytes" => 1_000,
            "MB" or "megabyte" or "megabytes" => 1_000_000,
            "GB" or "gigabyte" or "gigabytes" => 1_000_000_000,
            "TB" or "terabyte" or "terabytes" => 1_000_000_000_000,
            "PB" or "petabyte" or "petabytes" => 1_000_000_000_000_000,
            "EB" or "exabyte" or "exabytes" => 1_000_000_000_000_000_000,
            "K" or "k" or "Ki" or "KiB" or "kibibyte" or "kibibytes" => 1L << 10,
            "M" or "m" or "Mi" or "MiB" or "mebibyte" or "mebibytes" => 1L << 20,
            "G" or "g" or "Gi" or "GiB" or "gibibyte" or "gibibytes" => 1L << 30,
            "T" or "t" or "Ti" or "TiB" or "tebibyte" or "tebibytes" => 1L << 40,
            "P" or "p" or "Pi" or "PiB" or "pebibyte" or "pebibytes" => 1L << 50,
            "E" or "e" or "Ei" or "EiB" or "exbibyte" or "exbibytes" => 1L << 60,
            _ => 0,
        };
        if (factor == 0 || number > long.MaxValue / factor)
        {
            return false;
        }
        bytes = (long)(number * factor);
        return true;
    }

    /// <summary>The shortest exact form of a duration: <c>90 s</c>, <c>7 d</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        var ticks = duration.Ticks;
        var (unit, per) = ticks switch
        {
            0 => ("s", TimeSpan.TicksPerSecond),
            _ when ticks % TimeSpan.TicksPerDay == 0 => ("d", TimeSpan.TicksPerDay),
            _ when ticks % TimeSpan.TicksPerHour == 0 => ("h", TimeSpan.TicksPerHour),
            _ when ticks % TimeSpan.TicksPerMinute == 0 => ("m", TimeSpan.TicksPerMinute),
            _ when ticks % TimeSpan.TicksPerSecond == 0 => ("s", TimeSpan.TicksPerSecond),
            _ when ticks % TimeSpan.TicksPerMillisecond == 0 => ("ms", TimeSpan.TicksPerMillisecond),
            _ => ("us", TimeSpan.TicksPerMicrosecond),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{ticks / per} {unit}");
    }

    /// <summary>The shortest exact form of a size in binary units: <c>64 MiB</c>.</summary>
    public static string Format(long bytes)
    {
        ReadOnlySpan<string> units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        var unit = 0;
        while (bytes != 0 && bytes % 1024 == 0 && unit < units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{bytes} {units[unit]}");
    }

    private static bool TrySplit(string text, out decimal number, out string unit)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.AsSpan().Trim();
        var end = 0;
        while (end < trimmed.Length && (char.IsAsciiDigit(trimmed[end]) || trimmed[end] == '.'))
        {
            end++;
        }
        unit = trimmed[end..].Trim().ToString();
        // 28 digits are what decimal holds exactly; longer is nobody's configuration.
        return end <= 28 & decimal.TryParse(trimmed[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }
}
