using System.Globalization;
using System.Text;

namespace MailCluster.Auth.Sasl;

/// <summary>
/// SASLprep (RFC 4013) as far as it can be had: spaces of other scripts are spaces, what is commonly mapped to nothing is, controls and the like are refused.
/// Left out is the normalisation to form KC: the program runs without the tables of ICU. It changes only text that was typed decomposed or with
/// compatibility characters; clients, which do it, send such names and passwords in the form in which operators store them. What RFC 3454's tables call
/// prohibited is a control, format, private, surrogate or unassigned character here, since those tables stop at Unicode 3.2. Text in ASCII, nearly all
/// there is, comes out as it went in.
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
        var prepared = mapped.ToString();
        foreach (var rune in prepared.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator || rune == Rune.ReplacementChar)
                return null;
        }
        return prepared;
    }

    /// <summary>The octets of a password as mechanisms hash them; as they are when it cannot be prepared: refusing it would help nobody.</summary>
    public static byte[] Password(ReadOnlySpan<byte> password) =>
        System.Text.Unicode.Utf8.IsValid(password) && Prepare(Encoding.UTF8.GetString(password)) is { } prepared
            ? Encoding.UTF8.GetBytes(prepared)
            : password.ToArray();
}
