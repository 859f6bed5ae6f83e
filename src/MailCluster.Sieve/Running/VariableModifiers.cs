using System.Globalization;
using System.Text;
using MailCluster.Sieve.Matching;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>The modifiers of set and extracttext, by precedence (RFC 5229 §4.1).</summary>
internal static class VariableModifiers
{
    internal static string Apply(string value, Modifiers modifiers)
    {
        if (modifiers == Modifiers.None)
            return value;
        if ((modifiers & Modifiers.Lower) != 0)
            value = Map(value, Comparators.Lower);
        if ((modifiers & Modifiers.Upper) != 0)
            value = Map(value, Comparators.Upper);
        if ((modifiers & Modifiers.LowerFirst) != 0 && value.Length > 0 && char.IsAsciiLetterUpper(value[0]))
            value = (char)(value[0] | 0x20) + value[1..];
        if ((modifiers & Modifiers.UpperFirst) != 0 && value.Length > 0 && char.IsAsciiLetterLower(value[0]))
            value = (char)(value[0] & ~0x20) + value[1..];
        if ((modifiers & Modifiers.QuoteWildcard) != 0)
            value = Quote(value, "*?\\");
        if ((modifiers & Modifiers.QuoteRegex) != 0)
            value = Quote(value, ".*+?()[]{}|^$\\");
        if ((modifiers & Modifiers.EncodeUrl) != 0)
            value = EncodeUrl(value);
        return (modifiers & Modifiers.Length) != 0 ? Count(value).ToString(CultureInfo.InvariantCulture) : value;
    }

    /// <summary>RFC 5229 §4.1.3: no letters but those of US-ASCII change.</summary>
    private static string Map(string value, Func<char, char> map) => string.Create(value.Length, (value, map), static (span, of) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = of.map(of.value[i]);
    });

    private static string Quote(string value, string special)
    {
        if (value.AsSpan().IndexOfAny(special) < 0)
            return value;
        var quoted = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            if (special.Contains(c, StringComparison.Ordinal))
                quoted.Append('\\');
            quoted.Append(c);
        }

        return quoted.ToString();
    }

    /// <summary>RFC 5435 §6: all octets but the unreserved characters of RFC 3986.</summary>
    private static string EncodeUrl(string value)
    {
        var encoded = new StringBuilder(value.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(value))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
                encoded.Append((char)b);
            else
                encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    private static int Count(string value)
    {
        var count = 0;
        foreach (var _ in value.EnumerateRunes())
            count++;
        return count;
    }
}
