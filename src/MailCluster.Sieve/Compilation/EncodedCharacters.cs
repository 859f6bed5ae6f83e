using System.Globalization;
using System.Text;

namespace MailCluster.Sieve.Compilation;

/// <summary><c>${hex:…}</c> and <c>${unicode:…}</c> (RFC 5228 §2.4.2.4). What does not follow the grammar stays as it is; a number that is no character is an error.</summary>
internal static class EncodedCharacters
{
    private const string Hex = "${hex:";
    private const string Unicode = "${unicode:";

    /// <summary>The same object if there was nothing to decode.</summary>
    internal static string Decode(string text, out string? error)
    {
        error = null;
        var bytes = new List<byte>();
        var isChanged = false;
        var from = 0;
        for (var at = 0; (at = text.IndexOf("${", at, StringComparison.Ordinal)) >= 0;)
        {
            var isHex = Starts(text, at, Hex);
            var open = isHex ? at + Hex.Length : Starts(text, at, Unicode) ? at + Unicode.Length : -1;
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            var decoded = new List<byte>();
            if (close < 0 || !TryDecode(text[open..close], isHex, decoded, ref error))
            {
                at += 2;
                continue;
            }

            isChanged = true;
            bytes.AddRange(Encoding.UTF8.GetBytes(text[from..at]));
            bytes.AddRange(decoded);
            at = from = close + 1;
        }

        if (!isChanged)
            return text;
        bytes.AddRange(Encoding.UTF8.GetBytes(text[from..]));
        var all = bytes.ToArray();
        if (!System.Text.Unicode.Utf8.IsValid(all))
            error ??= "the octets of ${hex:…} do not make UTF-8";
        return Encoding.UTF8.GetString(all);
    }

    private static bool Starts(string text, int at, string prefix) =>
        string.Compare(text, at, prefix, 0, prefix.Length, StringComparison.OrdinalIgnoreCase) == 0;

    private static bool TryDecode(string numbers, bool isHex, List<byte> into, ref string? error)
    {
        var words = numbers.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var word in words)
        {
            if ((isHex && word.Length != 2) || word.AsSpan().ContainsAnyExcept(s_hexDigits))
                return false;
            var digits = word.AsSpan().TrimStart('0');
            var value = digits.Length > 6 ? int.MaxValue : digits.IsEmpty ? 0 : int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (isHex)
            {
                into.Add((byte)value);
            }
            else if (Rune.TryCreate(value, out var rune))
            {
                into.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
            }
            else
            {
                error ??= $"${{unicode:{word}}} is no Unicode character";
            }
        }

        return words.Length > 0;
    }

    private static readonly System.Buffers.SearchValues<char> s_hexDigits = System.Buffers.SearchValues.Create("0123456789ABCDEFabcdef");
}
