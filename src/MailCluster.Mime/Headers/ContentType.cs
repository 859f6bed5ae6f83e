namespace MailCluster.Mime;

/// <summary>
/// The type and subtype of a Content-Type value (RFC 2045 §5.1), as runs of the value; the parameters begin at <see cref="ParametersAt"/>.
/// </summary>
internal readonly ref struct ContentType
{
    public ReadOnlySpan<byte> Type { get; private init; }

    public ReadOnlySpan<byte> Subtype { get; private init; }

    public int ParametersAt { get; private init; }

    /// <summary>False if the value is no type: RFC 2045 §5.2 then has it be text/plain.</summary>
    public bool IsValid => !Type.IsEmpty;

    public bool IsMultipart => Ascii.EqualsIgnoreCase(Type, "multipart"u8);

    public bool IsText => Ascii.EqualsIgnoreCase(Type, "text"u8);

    /// <summary>message/rfc822 and message/global (RFC 6532 §3.7): the types whose body is a message.</summary>
    public bool IsMessage => Ascii.EqualsIgnoreCase(Type, "message"u8)
        && (Ascii.EqualsIgnoreCase(Subtype, "rfc822"u8) || Ascii.EqualsIgnoreCase(Subtype, "global"u8));

    public bool IsDigest => IsMultipart && Ascii.EqualsIgnoreCase(Subtype, "digest"u8);

    public static ContentType Parse(ReadOnlySpan<byte> value)
    {
        var at = Lwsp.SkipCfws(value, 0);
        var type = Token(value, ref at);
        at = Lwsp.SkipCfws(value, at);
        if (type.IsEmpty || at >= value.Length || value[at] != '/')
            return new() { ParametersAt = ParametersStart(value, type, at) };

        at = Lwsp.SkipCfws(value, at + 1);
        var subtype = Token(value, ref at);
        var behind = Lwsp.SkipCfws(value, at);
        if (subtype.IsEmpty || (behind < value.Length && value[behind] == '/'))
            return new() { ParametersAt = ParametersStart(value, type, at) };
        return new() { Type = type, Subtype = subtype, ParametersAt = at };
    }

    private static int ParametersStart(ReadOnlySpan<byte> value, ReadOnlySpan<byte> word, int at)
    {
        // "Content-Type: charset=utf-8": the word was the name of a parameter.
        if (!word.IsEmpty && at < value.Length && value[at] == '=')
            return 0;
        var semicolon = value[at..].IndexOf((byte)';');
        return semicolon < 0 ? value.Length : at + semicolon;
    }

    private static ReadOnlySpan<byte> Token(ReadOnlySpan<byte> value, scoped ref int at)
    {
        var start = at;
        while (at < value.Length && value[at] is > 32 and < 127 && !"/;=(\",<>"u8.Contains(value[at]))
            at++;
        return value[start..at];
    }
}
