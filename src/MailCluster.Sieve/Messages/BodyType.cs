namespace MailCluster.Sieve;

/// <summary>A content type as <c>body :content</c> names it (RFC 5173 §5.2), in lower case: nothing, a type, or type and subtype.</summary>
internal readonly record struct BodyType(string Type, string? Subtype)
{
    /// <summary>False for what matches no part: a slash at an end, or more than one.</summary>
    public static bool TryParse(string text, out BodyType type)
    {
        text = text.ToLowerInvariant();
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        type = slash < 0 ? new BodyType(text, null) : new BodyType(text[..slash], text[(slash + 1)..]);
        return slash < 0 || (slash > 0 && slash < text.Length - 1 && text.LastIndexOf('/') == slash);
    }

    /// <summary>The names that a part answers to.</summary>
    public static List<BodyType> Of(MessagePart part) => [new("", null), new(part.Type, null), new(part.Type, part.Subtype)];
}
