using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MailCluster.Pop3.Uidl;

/// <summary>Reads both spellings of templates. Whatever it does not understand is an error: a template that means something else loses UIDLs.</summary>
internal static class UidlTemplateReader
{
    /// <summary>Wider is longer than a UIDL may be.</summary>
    private const int WidthMax = UidlTemplate.LengthMax;

    /// <returns>What is wrong with the template; null if nothing is.</returns>
    public static string? Read(string text, out List<UidlPart> parts)
    {
        parts = [];
        for (var at = 0; at < text.Length;)
        {
            var percent = text.IndexOf('%', at);
            var literal = percent < 0 ? text[at..] : text[at..percent];
            if (literal.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                return "a UIDL has only the characters from ! to ~, no spaces (RFC 1939 §7)";
            }

            if (literal.Length > 0)
                parts.Add(new UidlPart(UidlPartKind.Literal, literal));
            if (percent < 0)
                break;
            at = percent + 1;
            if (!TryReadVariable(text, ref at, out var part, out var problem))
                return problem;
            parts.Add(part);
        }

        return null;
    }

    private static bool TryReadVariable(string text, ref int at, [NotNullWhen(true)] out UidlPart? part, out string? problem)
    {
        part = null;
        if (at < text.Length && text[at] == '%')
        {
            at++;
            problem = null;
            part = new UidlPart(UidlPartKind.Literal, "%");
            return true;
        }

        return at < text.Length && text[at] == '{'
            ? TryReadBraces(text, ref at, out part, out problem)
            : TryReadLetter(text, ref at, out part, out problem);
    }

    // %[0][width][modifiers]letter
    private static bool TryReadLetter(string text, ref int at, [NotNullWhen(true)] out UidlPart? part, out string? problem)
    {
        part = null;
        var begin = at;
        var zeros = at < text.Length && text[at] == '0';
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        if (!TryWidth(text.AsSpan(begin, at - begin), out var width, out problem))
            return false;
        if (width > 0 && !zeros)
        {
            problem = $"%{width}… cuts off what is longer, perhaps what tells two messages apart; write %0{width}… to fill up with zeros";
            return false;
        }

        var (isHex, letters) = (false, UidlCase.Lower);
        for (; at < text.Length && text[at] is 'X' or 'L' or 'U'; at++)
        {
            isHex |= text[at] == 'X';
            letters = text[at] == 'U' ? UidlCase.Upper : text[at] == 'L' ? UidlCase.Lower : letters;
        }

        if (at == text.Length)
        {
            problem = "it ends within a variable; write %% for a percent sign";
            return false;
        }

        var kind = text[at++] switch { 'u' => UidlPartKind.Uid, 'v' => UidlPartKind.UidValidity, 'g' => UidlPartKind.EmailId, _ => UidlPartKind.Literal };
        return TryMake(kind, text[(begin - 1)..at], isHex, width, letters, out part, out problem);
    }

    // %{name | filter | filter(argument)}
    private static bool TryReadBraces(string text, ref int at, [NotNullWhen(true)] out UidlPart? part, out string? problem)
    {
        part = null;
        var end = text.IndexOf('}', at);
        if (end < 0)
        {
            problem = "a { has no }";
            return false;
        }

        var words = text[(at + 1)..end].Split('|', StringSplitOptions.TrimEntries);
        var whole = text[(at - 1)..(end + 1)];
        at = end + 1;
        var kind = words[0] switch { "uid" => UidlPartKind.Uid, "uidvalidity" => UidlPartKind.UidValidity, "guid" => UidlPartKind.EmailId, _ => UidlPartKind.Literal };
        var (isHex, width, letters) = (false, 0, UidlCase.Lower);
        foreach (var filter in words.AsSpan(1))
        {
            if (filter is "upper" or "lower")
            {
                letters = filter == "upper" ? UidlCase.Upper : UidlCase.Lower;
            }
            else if (filter == "hex" && !isHex)
            {
                isHex = true;
            }
            else if (filter.StartsWith("hex(", StringComparison.Ordinal) && filter[^1] == ')' && !isHex)
            {
                isHex = true;
                if (!TryWidth(filter.AsSpan(4, filter.Length - 5), out width, out problem))
                    return false;
            }
            else
            {
                problem = $"{whole} has a filter that is none of hex, hex(width), upper, lower";
                return false;
            }
        }

        return TryMake(kind, whole, isHex, width, letters, out part, out problem);
    }

    private static bool TryWidth(ReadOnlySpan<char> digits, out int width, out string? problem)
    {
        width = 0;
        problem = null;
        if (digits.IsEmpty || (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out width) && width <= WidthMax))
            return true;
        problem = $"'{digits}' is no width from 0 to {WidthMax}";
        return false;
    }

    private static bool TryMake(
        UidlPartKind kind, string whole, bool isHex, int width, UidlCase letters, [NotNullWhen(true)] out UidlPart? part, out string? problem)
    {
        part = null;
        problem = null;
        if (kind == UidlPartKind.Literal)
            problem = $"{whole} is none of %u, %v, %g, %{{uid}}, %{{uidvalidity}}, %{{guid}} (there are no file names or checksums here)";
        else if (kind == UidlPartKind.EmailId && (isHex || width > 0))
            problem = $"{whole}: the email id is 32 hex digits already, and has no width";
        if (problem is not null)
            return false;
        part = new UidlPart(kind, "", isHex, width, letters);
        return true;
    }
}
