using System.Collections.Immutable;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Responses;

/// <summary>Sets of numbers, flags and dates.</summary>
internal ref partial struct ResponseWriter
{
    /// <summary>A uid-set or sequence-set: <c>1:3,7</c>. The set is not empty.</summary>
    public void Set(UidSet set)
    {
        var first = true;
        foreach (var range in set.Ranges)
        {
            if (!first)
                Byte((byte)',');
            first = false;
            Number(range.First);
            if (range.Last == range.First)
                continue;
            Byte((byte)':');
            Number(range.Last);
        }
    }

    /// <summary>A flag list of one message: <c>(\Seen $Junk)</c>.</summary>
    /// <param name="keywords">Of the version of the folder that <paramref name="keywordSet"/> belongs to.</param>
    /// <param name="recent">\Recent for this session (RFC 3501 §2.3.2); IMAP4rev2 clients are never told.</param>
    public void Flags(SystemFlags flags, KeywordText keywords, int keywordSet, bool recent)
    {
        Open();
        var system = SystemFlagText.Of(flags);
        Raw(system);
        var any = system.Length > 0;
        if (recent)
        {
            Raw(any ? " \\Recent"u8 : "\\Recent"u8);
            any = true;
        }

        var text = keywords[keywordSet];
        Raw(any || text.IsEmpty ? text : text[1..]);
        Close();
    }

    /// <summary>A flag list of flags that are named one by one.</summary>
    public void Flags(SystemFlags flags, IReadOnlyList<string> keywords)
    {
        Open();
        var system = SystemFlagText.Of(flags);
        Raw(system);
        var any = system.Length > 0;
        for (var i = 0; i < keywords.Count; i++)
        {
            if (any)
                Space();
            any = true;
            Ascii(keywords[i]);
        }

        Close();
    }

    /// <summary>An EMAILID (RFC 8474 §5.1), as <see cref="EmailId.ToString"/> gives it.</summary>
    public void EmailId(EmailId id)
    {
        const int DigitsMax = 32;
        Byte((byte)'M');
        if (_span.Length - _at < DigitsMax)
            Grow(DigitsMax);
        id.Value.TryFormat(_span[_at..], out var written, "N");
        _at += written;
    }

    /// <summary>A date-time: <c>"17-Jul-1996 02:44:25 -0700"</c> (RFC 9051 §9).</summary>
    public void DateTime(InternalDate date)
    {
        var offset = (int)date.Offset.TotalMinutes;
        DateTime(date.UnixSeconds + (offset * 60L), offset);
    }

    /// <summary>A date-time in UTC from seconds since 1970.</summary>
    public void DateTimeUtc(long unixSeconds) => DateTime(unixSeconds, 0);

    private void DateTime(long localSeconds, int offsetMinutes)
    {
        const long SecondsADay = 24 * 60 * 60;
        var day = Math.DivRem(localSeconds, SecondsADay, out var second);
        if (second < 0)
        {
            second += SecondsADay;
            day--;
        }

        var date = DateOnly.FromDayNumber((int)Math.Clamp(day + UnixDayNumber, 0, DateOnly.MaxValue.DayNumber));
        Byte((byte)'"');
        if (date.Day < 10)
            Space();
        Number(date.Day);
        Byte((byte)'-');
        Raw(Wire.Grammar.Months.Slice((date.Month - 1) * 3, 3));
        Byte((byte)'-');
        Digits(date.Year, 4);
        Space();
        Digits((int)second / 3600, 2);
        Byte((byte)':');
        Digits((int)second / 60 % 60, 2);
        Byte((byte)':');
        Digits((int)second % 60, 2);
        Raw(offsetMinutes < 0 ? " -"u8 : " +"u8);
        offsetMinutes = Math.Abs(offsetMinutes);
        Digits((offsetMinutes / 60 * 100) + (offsetMinutes % 60), 4);
        Byte((byte)'"');
    }

    private static readonly int UnixDayNumber = new DateOnly(1970, 1, 1).DayNumber;
}

/// <summary>All combinations of system flags as they are written, without parentheses.</summary>
internal static class SystemFlagText
{
    private static readonly byte[][] Texts = [.. Enumerable.Range(0, 32).Select(static bits => Make((SystemFlags)bits))];

    public static ReadOnlySpan<byte> Of(SystemFlags flags) => Texts[(int)flags & 31];

    private static byte[] Make(SystemFlags flags) => System.Text.Encoding.ASCII.GetBytes(string.Join(' ', Enum.GetValues<SystemFlags>()
        .Where(flag => flag != SystemFlags.None && flags.HasFlag(flag))
        .Select(static flag => "\\" + flag)));
}
