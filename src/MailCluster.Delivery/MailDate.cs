using System.Globalization;

namespace MailCluster.Delivery;

/// <summary>Dates as messages have them (RFC 5322 §3.3).</summary>
internal static class MailDate
{
    public static string Of(DateTimeOffset time) =>
        time.ToString("ddd, d MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture) + time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
}
