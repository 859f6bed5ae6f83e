using System.Text;

namespace MailCluster.Auth;

/// <summary>Makes client text safe to stand inside <c>&lt;…&gt;</c> in one log line, so that nobody can forge a line or a field.</summary>
public static class LogText
{
    /// <summary>Longest text that is logged, in characters; the rest is cut and marked with <c>...</c>.</summary>
    public const int CharactersMax = 128;

    /// <summary>
    /// Escapes everything but printable ASCII (except <c>&lt; &gt; " \</c>) as <c>\xNN</c> (UTF-16 units above 255 as <c>\uNNNN</c>);
    /// a space is escaped too, so that a field always ends at the first blank.
    /// </summary>
    public static string Escape(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var plain = text.Length <= CharactersMax;
        foreach (var c in text)
        {
            if (!plain) break;
            plain = IsPlain(c);
        }
        if (plain) return text;
        var builder = new StringBuilder(text.Length + 16);
        var count = 0;
        foreach (var c in text)
        {
            if (count++ == CharactersMax)
            {
                builder.Append("...");
                break;
            }
            if (IsPlain(c)) builder.Append(c);
            else if (c <= 0xff) builder.Append("\\x").Append(((int)c).ToString("x2", null));
            else builder.Append("\\u").Append(((int)c).ToString("x4", null));
        }
        return builder.ToString();
    }

    private static bool IsPlain(char c) => c is > ' ' and < '\x7f' and not ('<' or '>' or '"' or '\\');
}
