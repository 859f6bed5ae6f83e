using System.Buffers;

namespace MailCluster.Imap.Wire;

/// <summary>The character classes of RFC 9051 §9.</summary>
internal static class Grammar
{
    // ATOM-CHAR: any CHAR but atom-specials: ( ) { SP CTL % * " \ ]
    private static readonly SearchValues<byte> AtomBytes = Class(static b => b is > 0x20 and < 0x7f && !"(){%*\"\\]".Contains((char)b));

    // ASTRING-CHAR: ATOM-CHAR and ]; and 8-bit bytes by tolerance.
    private static readonly SearchValues<byte> AStringBytes = Class(static b => b > 0x20 && b != 0x7f && !"(){%*\"\\".Contains((char)b));

    // list-char: ASTRING-CHAR and the wildcards.
    private static readonly SearchValues<byte> ListBytes = Class(static b => b > 0x20 && b != 0x7f && !"(){\"\\".Contains((char)b));

    // tag: ASTRING-CHAR but "+".
    private static readonly SearchValues<byte> TagBytes = Class(static b => b is > 0x20 and < 0x7f && !"(){%*\"\\+".Contains((char)b));

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"u8);

    /// <summary>Jan to Dec, three letters each.</summary>
    public static ReadOnlySpan<byte> Months => "JanFebMarAprMayJunJulAugSepOctNovDec"u8;

    public static bool IsAtom(byte value) => AtomBytes.Contains(value);

    public static int AtomLength(ReadOnlySpan<byte> input) => Run(input, AtomBytes);

    public static int AStringLength(ReadOnlySpan<byte> input) => Run(input, AStringBytes);

    public static int ListMailboxLength(ReadOnlySpan<byte> input) => Run(input, ListBytes);

    public static int TagLength(ReadOnlySpan<byte> input) => Run(input, TagBytes);

    public static int NameLength(ReadOnlySpan<byte> input) => Run(input, NameBytes);

    private static int Run(ReadOnlySpan<byte> input, SearchValues<byte> allowed) =>
        input.IndexOfAnyExcept(allowed) is var end and >= 0 ? end : input.Length;

    private static SearchValues<byte> Class(Func<int, bool> contains) =>
        SearchValues.Create([.. Enumerable.Range(0, 256).Where(contains).Select(static b => (byte)b)]);
}
