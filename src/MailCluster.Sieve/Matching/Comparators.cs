using System.Buffers;
using System.Text;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Matching;

/// <summary>
/// The comparators of RFC 4790 §9 on Unicode text. i;octet compares UTF-8 octets; its order is that of scalar values, which UTF-16 units have only
/// up to the surrogates. i;ascii-casemap disregards the case of A to Z and of nothing else.
/// </summary>
internal static class Comparators
{
    /// <summary>UTF-16 units of a key that are searched for at once.</summary>
    private const int HeadMax = 1024;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789");

    internal static char Lower(char c) => (uint)(c - 'A') <= 25 ? (char)(c | 0x20) : c;

    internal static bool AreEqual(ReadOnlySpan<char> a, ReadOnlySpan<char> b, bool ignoreAsciiCase)
    {
        if (!ignoreAsciiCase)
            return a.SequenceEqual(b);
        if (a.Length != b.Length)
            return false;

        // The runtime's comparison looks at many characters at once; it is false for any that is not of ASCII, which are then looked at one by one.
        if (Ascii.EqualsIgnoreCase(a, b))
            return true;
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] != b[i] && Lower(a[i]) != Lower(b[i]))
                return false;
        }

        return true;
    }

    /// <summary>
    /// The first place of a key in a value, or -1. Searching may cost the product of both lengths; so only the head of a long key is searched for, and what the rest
    /// costs is told to the meter place by place.
    /// </summary>
    internal static int IndexOf(ReadOnlySpan<char> value, ReadOnlySpan<char> key, bool ignoreAsciiCase, WorkMeter work)
    {
        work.Spend(1 + (value.Length >> 8));
        var head = key.Length <= HeadMax ? key : key[..HeadMax];
        for (var at = 0; key.Length <= value.Length - at; at++)
        {
            var found = IndexOfHead(value[at..], head, ignoreAsciiCase, work);
            if (found < 0)
                return -1;
            at += found;
            if (head.Length == key.Length)
                return at;
            work.Spend(1 + (key.Length >> 8));
            if (key.Length <= value.Length - at && AreEqual(value.Slice(at, key.Length), key, ignoreAsciiCase))
                return at;
        }

        return -1;
    }

    private static int IndexOfHead(ReadOnlySpan<char> value, ReadOnlySpan<char> key, bool ignoreAsciiCase, WorkMeter work)
    {
        if (!ignoreAsciiCase)
            return value.IndexOf(key, StringComparison.Ordinal);

        // The runtime's own comparison without case knows more letters than ASCII, but for a key of ASCII it finds the same places: no other character
        // has an ASCII letter for its upper case there. A test looks at all of them.
        if (Ascii.IsValid(key))
            return value.IndexOf(key, StringComparison.OrdinalIgnoreCase);
        for (var at = 0; at <= value.Length - key.Length; at++)
        {
            if ((at & 63) == 63)
                work.Spend(1 + (key.Length >> 4));
            if (AreEqual(value.Slice(at, key.Length), key, true))
                return at;
        }

        return -1;
    }

    /// <summary>Negative, zero or positive, as the first is less than, equal to or greater than the second.</summary>
    internal static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b, ComparatorKind comparator)
    {
        switch (comparator)
        {
            case ComparatorKind.AsciiNumeric:
                return CompareNumbers(a, b);
            case ComparatorKind.UnicodeCasemap:
                return CompareScalars(UnicodeCasemap.Fold(a.ToString()), UnicodeCasemap.Fold(b.ToString()), false);
            default:
                return CompareScalars(a, b, comparator == ComparatorKind.AsciiCasemap);
        }
    }

    /// <summary>RFC 4790 §9.1: the number that a string begins with; one that begins with no digit is positive infinity, and all those are equal.</summary>
    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var first = Digits(a, out var firstIsNumber);
        var second = Digits(b, out var secondIsNumber);
        if (!firstIsNumber || !secondIsNumber)
            return secondIsNumber.CompareTo(firstIsNumber);
        return first.Length != second.Length ? first.Length - second.Length : first.SequenceCompareTo(second);
    }

    private static ReadOnlySpan<char> Digits(ReadOnlySpan<char> text, out bool isNumber)
    {
        var end = text.IndexOfAnyExcept(s_digits);
        var digits = end < 0 ? text : text[..end];
        isNumber = !digits.IsEmpty;
        return digits.TrimStart('0');
    }

    private static int CompareScalars(ReadOnlySpan<char> a, ReadOnlySpan<char> b, bool ignoreAsciiCase)
    {
        var length = Math.Min(a.Length, b.Length);
        for (var i = 0; i < length; i++)
        {
            var (x, y) = ignoreAsciiCase ? (Upper(a[i]), Upper(b[i])) : (a[i], b[i]);
            if (x != y)
                return char.IsSurrogate(x) == char.IsSurrogate(y) ? x - y : char.IsSurrogate(x) ? 1 : -1;
        }

        return a.Length - b.Length;
    }

    /// <summary>RFC 4790 §9.2 maps to upper case, which places the characters between Z and a behind the letters.</summary>
    internal static char Upper(char c) => (uint)(c - 'a') <= 25 ? (char)(c & ~0x20) : c;
}
