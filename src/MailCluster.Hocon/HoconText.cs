using System.Globalization;
using System.Text;

namespace MailCluster.Hocon;

/// <summary>Writing keys, paths and strings the way HOCON reads them.</summary>
public static class HoconText
{
    /// <summary>A JSON string literal. Control characters and lone surrogates are escaped, everything else stays readable.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            switch (character)
            {
                case '"': quoted.Append("\\\""); break;
                case '\\': quoted.Append("\\\\"); break;
                case '\n': quoted.Append("\\n"); break;
                case '\r': quoted.Append("\\r"); break;
                case '\t': quoted.Append("\\t"); break;
                default:
                    var isPair = char.IsHighSurrogate(character) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]);
                    if (isPair)
                    {
                        quoted.Append(character).Append(text[++index]);
                    }
                    else if (char.IsControl(character) || char.IsSurrogate(character))
                    {
                        quoted.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
                    }
                    else
                    {
                        quoted.Append(character);
                    }
                    break;
            }
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>A key, quoted only if it must be.</summary>
    public static string Key(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var isPlain = key.Length > 0 && key.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
        return isPlain && key != "include" ? key : Quote(key);
    }

    /// <summary>Keys joined by dots.</summary>
    public static string Path(IEnumerable<string> keys) => string.Join('.', keys.Select(Key));
}
