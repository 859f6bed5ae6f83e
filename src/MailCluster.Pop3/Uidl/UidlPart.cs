namespace MailCluster.Pop3.Uidl;

internal enum UidlPartKind
{
    Literal,
    Uid,
    UidValidity,
    EmailId,
}

internal enum UidlCase
{
    Lower,
    Upper,
}

/// <summary>A piece of a template: text, or a variable and how it is written.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Literal">The text of a literal, ASCII.</param>
/// <param name="IsHex">Numbers: hex instead of decimal.</param>
/// <param name="Width">Numbers: at least so many digits, with zeros in front.</param>
/// <param name="Case">Of hex digits.</param>
internal sealed record UidlPart(UidlPartKind Kind, string Literal = "", bool IsHex = false, int Width = 0, UidlCase Case = UidlCase.Lower)
{
    private const int HexDigitsMax = 8;
    private const int DecimalDigitsMax = 10;
    private const int IdDigits = 32;

    public bool IsNumber => Kind is UidlPartKind.Uid or UidlPartKind.UidValidity;

    public int LengthMax => Kind switch
    {
        UidlPartKind.Literal => Literal.Length,
        UidlPartKind.EmailId => IdDigits,
        _ => Math.Max(Width, IsHex ? HexDigitsMax : DecimalDigitsMax),
    };
}
