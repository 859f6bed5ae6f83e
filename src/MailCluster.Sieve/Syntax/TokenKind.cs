namespace MailCluster.Sieve.Syntax;

/// <summary>The tokens of RFC 5228 §8.1.</summary>
internal enum TokenKind : byte
{
    End = 0,
    Identifier = 1,
    Tag = 2,
    Number = 3,
    String = 4,
    LeftBracket = 5,
    RightBracket = 6,
    LeftParenthesis = 7,
    RightParenthesis = 8,
    LeftBrace = 9,
    RightBrace = 10,
    Comma = 11,
    Semicolon = 12,

    /// <summary>What is no token; the error has been told.</summary>
    Bad = 13,
}

/// <summary>One token.</summary>
/// <param name="Offset">Where it begins, in octets.</param>
/// <param name="Text">The word of an identifier or tag (without its colon), the value of a string.</param>
/// <param name="Number">The value of a number.</param>
internal readonly record struct Token(TokenKind Kind, int Offset, string Text, long Number);
