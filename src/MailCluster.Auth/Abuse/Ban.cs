namespace MailCluster.Auth.Abuse;

/// <summary>Clients that are not let in.</summary>
/// <param name="Network">Which.</param>
/// <param name="Since">From when.</param>
/// <param name="Until">When it ends by itself; null: never.</param>
/// <param name="Reason">Why, one line for administrators.</param>
public sealed record Ban(ClientNetwork Network, DateTimeOffset Since, DateTimeOffset? Until, string Reason)
{
    /// <summary>The longest reason kept, in characters.</summary>
    public const int ReasonMax = 200;

    public bool IsOver(DateTimeOffset now) => Until <= now;

    /// <summary>A reason as it is kept: one line, not too long.</summary>
    public static string Tidy(string reason)
    {
        var tidy = string.Create(Math.Min(reason.Length, ReasonMax), reason, static (text, from) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? ' ' : from[i];
        });
        return tidy.Trim();
    }
}
