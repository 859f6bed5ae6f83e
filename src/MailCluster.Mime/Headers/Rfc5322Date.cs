namespace MailCluster.Mime;

/// <summary>
/// Reads the dates that mail carries (RFC 5322 §3.3 and §4.3), and what stands in their place: ctime, ISO 8601, two-digit years, names of zones,
/// comments anywhere, missing parts. Words are taken for what they can only be, in any order.
/// </summary>
public static class Rfc5322Date
{
    /// <summary>Seconds from 1970 to the year 10000, and an upper bound for how far back a date goes.</summary>
    internal const long SecondsMax = 253_402_300_800;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>
    /// Reads a date. False if day, month or year are missing or impossible; an impossible time is 00:00:00 and an unknown zone UTC, as
    /// RFC 5256 §2.2 has it.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out SentDate date)
    {
        var parts = new Parts { Month = -1, Day = -1, Year = -1 };
        var at = 0;
        for (var words = 0; words < 64; words++)
        {
            at = Lwsp.SkipCfws(value, at);
            if (at >= value.Length)
                break;
            var b = value[at];
            if (Ascii.IsDigit(b))
                Number(value, ref at, ref parts);
            else if (Ascii.IsLetter(b))
                Word(value, ref at, ref parts);
            else if (b is (byte)'+' or (byte)'-' && parts.HasTime && at + 1 < value.Length && Ascii.IsDigit(value[at + 1]))
                NumericZone(value, ref at, ref parts);
            else
                at++;
        }

        return TryMake(parts, out date);
    }

    private static bool TryMake(in Parts parts, out SentDate date)
    {
        date = default;
        var year = parts.Year;
        if (parts.YearDigits <= 2 && year >= 0)
            year += year < 50 ? 2000 : 1900; // RFC 5322 §4.3
        else if (parts.YearDigits == 3)
            year += 1900;
        if (year is < 1 or > 9999 || parts.Month < 1 || parts.Day < 1 || parts.Day > DateTime.DaysInMonth(year, parts.Month))
            return false;

        var seconds = (long)(new DateTime(year, parts.Month, parts.Day) - DateTime.UnixEpoch).TotalSeconds;
        var hour = parts.Hour;
        if (parts.IsPm && hour < 12)
            hour += 12;
        else if (parts.IsAm && hour == 12)
            hour = 0;
        var timeIsValid = parts.HasTime && hour < 24 && parts.Minute < 60 && parts.Second <= 60;
        if (timeIsValid)
            seconds += (hour * 3600) + (parts.Minute * 60) + Math.Min(parts.Second, 59);
        var offset = timeIsValid && Math.Abs(parts.Offset) <= 24 * 60 ? parts.Offset : 0;
        date = new SentDate(seconds - (offset * 60L), offset);
        return true;
    }

    private static void Number(ReadOnlySpan<byte> value, ref int at, ref Parts parts)
    {
        var number = Digits(value, ref at, out var digits);
        var mayBeTime = !parts.HasTime && digits <= 2 && at + 1 < value.Length && Ascii.IsDigit(value[at + 1]);
        if (mayBeTime && (value[at] == ':' || (value[at] == '.' && parts.Day > 0)))
        {
            Time(value, ref at, ref parts, number);
            return;
        }

        // 2026-08-22 of ISO 8601
        if (digits == 4 && parts.Year < 0 && parts.Day < 0 && at + 1 < value.Length && value[at] == '-' && Ascii.IsDigit(value[at + 1]))
        {
            parts.Year = number;
            parts.YearDigits = 4;
            at++;
            parts.Month = Math.Min(Digits(value, ref at, out _), 13);
            if (parts.Month > 12)
                parts.Month = -1;
            if (at < value.Length && value[at] == '-')
                at++;
            parts.Day = Digits(value, ref at, out _);
            if (at < value.Length && value[at] is (byte)'T' or (byte)'t')
                at++;
            return;
        }

        if (parts.Day < 0 && digits <= 2)
        {
            parts.Day = number;
        }
        else if (parts.Year < 0)
        {
            parts.Year = number;
            parts.YearDigits = digits;
        }
    }

    private static void Time(ReadOnlySpan<byte> value, ref int at, ref Parts parts, int hour)
    {
        var separator = value[at++];
        parts.HasTime = true;
        parts.Hour = hour;
        parts.Minute = Digits(value, ref at, out _);
        if (at + 1 < value.Length && value[at] == separator && Ascii.IsDigit(value[at + 1]))
        {
            at++;
            parts.Second = Digits(value, ref at, out _);
            if (at + 1 < value.Length && value[at] is (byte)'.' or (byte)',' && Ascii.IsDigit(value[at + 1]))
            {
                at++;
                Digits(value, ref at, out _);
            }
        }
    }

    private static void NumericZone(ReadOnlySpan<byte> value, ref int at, ref Parts parts)
    {
        var sign = value[at++] == '-' ? -1 : 1;
        var number = Digits(value, ref at, out var digits);
        int minutes;
        if (at + 1 < value.Length && value[at] == ':' && Ascii.IsDigit(value[at + 1]))
        {
            at++;
            minutes = (number * 60) + Digits(value, ref at, out _);
        }
        else
        {
            minutes = digits <= 2 ? number * 60 : ((number / 100) * 60) + (number % 100);
        }

        if (!parts.HasZone && minutes <= 24 * 60)
        {
            parts.HasZone = true;
            parts.Offset = sign * minutes;
        }
    }

    private static void Word(ReadOnlySpan<byte> value, ref int at, ref Parts parts)
    {
        var start = at;
        while (at < value.Length && Ascii.IsLetter(value[at]))
            at++;
        var word = value[start..at];
        if (parts.Month < 0 && word.Length >= 3)
        {
            for (var month = 0; month < Months.Length; month++)
            {
                if (IsWord(word[..3], Months[month]))
                {
                    parts.Month = month + 1;
                    return;
                }
            }
        }

        if (!parts.HasTime)
            return;
        if (IsWord(word, "pm"))
            parts.IsPm = true;
        else if (IsWord(word, "am"))
            parts.IsAm = true;
        else if (!parts.HasZone && TryNamedZone(word, out var hours))
            (parts.HasZone, parts.Offset) = (hours != 0, hours * 60);
    }

    /// <summary>RFC 5322 §4.3. "GMT+0200" occurs, so UTC by name does not shut out a number behind it.</summary>
    private static bool TryNamedZone(ReadOnlySpan<byte> word, out int hours)
    {
        hours = 0;
        if (word.Length == 3 && (word[1] | 0x20) is 's' or 'd' && (word[2] | 0x20) == 't')
        {
            var daylight = (word[1] | 0x20) == 'd' ? 1 : 0;
            hours = (word[0] | 0x20) switch { 'e' => -5, 'c' => -6, 'm' => -7, 'p' => -8, _ => 0 };
            if (hours != 0)
                hours += daylight;
        }
        else if (IsWord(word, "cet") || IsWord(word, "met") || IsWord(word, "bst"))
        {
            hours = 1;
        }
        else if (IsWord(word, "cest") || IsWord(word, "mest") || IsWord(word, "eet"))
        {
            hours = 2;
        }
        else if (IsWord(word, "jst"))
        {
            hours = 9;
        }

        return true;
    }

    private static bool IsWord(ReadOnlySpan<byte> word, string lower)
    {
        if (word.Length != lower.Length)
            return false;
        for (var i = 0; i < word.Length; i++)
        {
            if ((word[i] | 0x20) != lower[i])
                return false;
        }

        return true;
    }

    private static int Digits(ReadOnlySpan<byte> value, ref int at, out int digits)
    {
        var number = 0;
        var start = at;
        for (; at < value.Length && Ascii.IsDigit(value[at]); at++)
        {
            if (number < 100_000_000)
                number = (number * 10) + (value[at] - '0');
        }

        digits = at - start;
        return number;
    }

    private struct Parts
    {
        public int Day;
        public int Month;
        public int Year;
        public int YearDigits;
        public bool HasTime;
        public int Hour;
        public int Minute;
        public int Second;
        public bool IsAm;
        public bool IsPm;
        public bool HasZone;
        public int Offset;
    }
}
