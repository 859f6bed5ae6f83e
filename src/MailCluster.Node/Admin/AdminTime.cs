using System.Globalization;

namespace MailCluster.Node.Admin;

/// <summary>Moments as rows show them.</summary>
internal static class AdminTime
{
    /// <summary>ISO 8601 to the second, with the offset: <c>2026-01-31T10:00:00+00:00</c>.</summary>
    public static string Show(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
