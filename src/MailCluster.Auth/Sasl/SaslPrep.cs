using System.Globalization;
using System.Text;
using MailCluster.Auth.Sasl.Normalization;

namespace MailCluster.Auth.Sasl;

/// <summary>
/// SASLprep (RFC 4013): spaces of other scripts are spaces, what is commonly mapped to nothing is, then form KC; controls and the like, and text that mixes the directions
/// of writing, are refused. So a name and a password are the same however a keyboard makes them. What RFC 3454's tables call prohibited by character is a control,
/// format, private, surrogate or unassigned one here, since those tables stop at Unicode 3.2. Text in ASCII, nearly all there is, comes out as it went in.
/// </summary>
internal static class SaslPrep
{
    /// <summary>The prepared text; null when it holds what must not be in it.</summary>
    public static string? Prepare(string text)
    {
        if (Ascii.IsValid(text)) return text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f') ? null : text;
        var mapped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // RFC 3454 B.1: commonly mapped to nothing. C.1.2: spaces of other scripts.
            if (rune.Value is 0xad or 0x34f or 0x1806 or (>= 0x180b and <= 0x180d) or (>= 0x200b and <= 0x200d) or 0x2060 or (>= 0xfe00 and <= 0xfe0f) or 0xfeff)
                continue;
            mapped.Append(Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator ? " " : rune.ToString());
        }
        var prepared = CompatibilityForm.Normalize(mapped.ToString());
        foreach (var rune in prepared.EnumerateRunes())
        {
            if (IsProhibited(rune)) return null;
        }
        return HasOneDirection(prepared) ? prepared : null;
    }

    // RFC 4013 §2.3. C.6 has U+FFFC and U+FFFD, C.7 the ideographic descriptions; the other tables are categories of today.
    private static bool IsProhibited(Rune rune) =>
        rune.Value is (>= 0x2ff0 and <= 0x2ffb) or 0xfffc or 0xfffd
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // RFC 3454 §6: text with a right-to-left letter has none that is left-to-right, and begins and ends with right-to-left ones.
    private static bool HasOneDirection(string text)
    {
        var tables = UnicodeTables.Shared;
        Rune first = default, last = default;
        bool right = false, left = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (last == default) first = rune;
            last = rune;
            right |= tables.IsRightToLeft(rune.Value);
            left |= tables.IsLeftToRight(rune.Value);
        }
        return !right || (!left && tables.IsRightToLeft(first.Value) && tables.IsRightToLeft(last.Value));
    }

    /// <summary>The octets of a password as mechanisms hash them; as they are when it cannot be prepared: refusing it would help nobody.</summary>
    public static byte[] Password(ReadOnlySpan<byte> password) =>
        System.Text.Unicode.Utf8.IsValid(password) && Prepare(Encoding.UTF8.GetString(password)) is { } prepared
            ? Encoding.UTF8.GetBytes(prepared)
            : password.ToArray();
}
