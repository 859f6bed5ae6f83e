using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailCluster.Auth.Users;

/// <summary>
/// The rule for account names. Narrower than RFC 5321 on purpose: the name is a file field, a log field, a URL part and a shell
/// word, so quoted local parts, blanks, separators and wildcards are out. The canonical form is lower case throughout, as
/// Dovecot's <c>%Lu</c>: two spellings of one address must never be two accounts.
/// </summary>
public static class UserName
{
    /// <summary>
    /// Longest name in UTF-8 octets: the longest address that SMTP can carry (RFC 5321 §4.5.3.1.3, less the angle brackets).
    /// </summary>
    public const int OctetsMax = 254;

    /// <summary>Makes a name canonical.</summary>
    /// <param name="name">The name as written: <c>Alice@Example.com</c>, or bare <c>alice</c>.</param>
    /// <param name="account">The canonical id, or null.</param>
    /// <param name="error">Why not, as a clause that can follow "the user name …", or null.</param>
    public static bool TryParse(string? name, [NotNullWhen(true)] out string? account, [NotNullWhen(false)] out string? error)
    {
        account = null;
        error = Problem(name);
        if (error is not null) return false;
        account = name!.ToLowerInvariant();
        return true;
    }

    private static string? Problem(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "is empty";
        if (name.Length > OctetsMax) return $"is longer than {OctetsMax} octets";
        var at = -1;
        for (var i = 0; i < name.Length;)
        {
            // DecodeFromUtf16 refuses lone surrogates: such a name has no UTF-8 form.
            if (Rune.DecodeFromUtf16(name.AsSpan(i), out var rune, out var used) != System.Buffers.OperationStatus.Done)
                return "is not valid Unicode";
            if (rune.Value == '@')
            {
                if (at >= 0) return "has more than one \"@\"";
                at = i;
            }
            else if (!IsAllowed(rune)) return $"must not contain {Show(rune)}";
            i += used;
        }
        if (Encoding.UTF8.GetByteCount(name) > OctetsMax) return $"is longer than {OctetsMax} octets";
        if (at == 0) return "has nothing before \"@\"";
        if (at == name.Length - 1) return "has nothing after \"@\"";
        // A leading '#' is a comment in a passwd-file, a leading '-' an option on a command line.
        if (name[0] is '#' or '-') return $"must not begin with \"{name[0]}\"";
        if (name[0] == '.' || name.Contains("..", StringComparison.Ordinal) || name[^1] == '.' || (at > 0 && (name[at - 1] == '.' || name[at + 1] == '.')))
            return "has a \".\" at an end or two together";
        return null;
    }

    private static bool IsAllowed(Rune rune)
    {
        if (!rune.IsAscii)
            return Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
        var c = (char)rune.Value;
        return char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+' or '=' or '~' or '!' or '#' or '$' or '&' or '\'' or '^' or '{' or '|' or '}';
    }

    private static string Show(Rune rune) =>
        rune.Value == ' ' ? "a space" :
        rune.Value < ' ' || rune.Value == 0x7f ? $"a control character (0x{rune.Value:x2})" :
        rune.IsAscii ? $"\"{rune}\"" : $"U+{rune.Value:X4}";
}
