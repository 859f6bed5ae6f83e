using System.Text;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Wire;

/// <summary>Days and points in time.</summary>
internal ref partial struct WireReader
{
    /// <summary>date: <c>1-Feb-1994</c>, with or without quotes.</summary>
    public bool ExpectDate(out DateOnly day)
    {
        var quoted = TryReadByte((byte)'"');
        return (TryReadDay(fixedWidth: false, out day) && (!quoted || TryReadByte((byte)'"')))
            || Reject("Date expected, such as 1-Feb-1994");
    }

    /// <summary>
    /// date-time: <c>"17-Jul-1996 02:44:25 -0700"</c>. A day of one digit without the space before it is taken too. A leap second is taken
    /// as the second before.
    /// </summary>
    public bool ExpectDateTime(out InternalDate date)
    {
        date = default;
        if (TryReadByte((byte)'"')
            && TryReadDay(fixedWidth: true, out var day)
            && TryReadByte((byte)' ')
            && TryReadTime(out var time)
            && TryReadByte((byte)' ')
            && TryReadZone(out var zone)
            && TryReadByte((byte)'"'))
        {
            var ticks = day.ToDateTime(time).Ticks;
            var utc = ticks - zone.Ticks;
            if (utc >= DateTime.MinValue.Ticks && utc <= DateTime.MaxValue.Ticks)
            {
                date = new InternalDate(new DateTimeOffset(ticks, zone));
                return true;
            }
        }

        return Reject("Date and time expected, such as \"17-Jul-1996 02:44:25 -0700\"");
    }

    private bool TryReadDay(bool fixedWidth, out DateOnly day)
    {
        day = default;
        if (fixedWidth)
            TryReadByte((byte)' ');
        if (!TryReadDigits(1, 2, out var dayOfMonth)
            || !TryReadByte((byte)'-')
            || !TryReadMonth(out var month)
            || !TryReadByte((byte)'-')
            || !TryReadDigits(4, 4, out var year)
            || year == 0
            || dayOfMonth == 0
            || dayOfMonth > DateTime.DaysInMonth(year, month))
            return false;
        day = new DateOnly(year, month, dayOfMonth);
        return true;
    }

    private bool TryReadMonth(out int month)
    {
        month = 0;
        if (Rest.Length < 3)
            return false;
        var name = Rest[..3];
        for (var i = 0; i < 12; i++)
        {
            if (Ascii.EqualsIgnoreCase(name, Grammar.Months.Slice(i * 3, 3)))
            {
                month = i + 1;
                _at += 3;
                return true;
            }
        }

        return false;
    }

    private bool TryReadTime(out TimeOnly time)
    {
        time = default;
        if (!TryReadDigits(2, 2, out var hours)
            || !TryReadByte((byte)':')
            || !TryReadDigits(2, 2, out var minutes)
            || !TryReadByte((byte)':')
            || !TryReadDigits(2, 2, out var seconds)
            || hours > 23
            || minutes > 59
            || seconds > 60)
            return false;
        time = new TimeOnly(hours, minutes, Math.Min(seconds, 59));
        return true;
    }

    private bool TryReadZone(out TimeSpan zone)
    {
        zone = default;
        var west = TryReadByte((byte)'-');
        if ((!west && !TryReadByte((byte)'+')) || !TryReadDigits(4, 4, out var hhmm) || hhmm / 100 > 14 || hhmm % 100 > 59)
            return false;
        zone = new TimeSpan(hhmm / 100, hhmm % 100, 0);
        if (zone > TimeSpan.FromHours(14))
            return false;
        zone = west ? -zone : zone;
        return true;
    }

    private bool TryReadDigits(int least, int most, out int number)
    {
        number = 0;
        var count = 0;
        while (count < most && char.IsAsciiDigit((char)Peek))
        {
            number = (number * 10) + (Peek - '0');
            _at++;
            count++;
        }

        return count >= least;
    }
}
