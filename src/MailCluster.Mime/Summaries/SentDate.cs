namespace MailCluster.Mime;

/// <summary>The date of a Date field: seconds since 1970 in UTC, and how many minutes the sender's clock is ahead of UTC.</summary>
public readonly record struct SentDate(long UtcSeconds, int OffsetMinutes)
{
    /// <summary>The day in the sender's own zone: what SEARCH SENTON compares (RFC 9051 §6.4.4 disregards time and zone).</summary>
    public DateOnly LocalDate => DateOnly.FromDateTime(DateTime.UnixEpoch.AddSeconds(UtcSeconds + (OffsetMinutes * 60L)));

    public DateTimeOffset ToDateTimeOffset() =>
        DateTimeOffset.FromUnixTimeSeconds(UtcSeconds).ToOffset(TimeSpan.FromMinutes(Math.Clamp(OffsetMinutes, -14 * 60, 14 * 60)));
}
