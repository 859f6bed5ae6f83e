namespace MailCluster.Sieve;

/// <summary>One MIME part of a message; the message itself is the root. Parts of message/rfc822 parts count as parts of the message.</summary>
public abstract class SievePart
{
    /// <summary>The parts directly below: of a multipart its parts, of message/rfc822 the one message in it.</summary>
    public abstract IReadOnlyList<SievePart> Children { get; }

    /// <summary>The fields of a name, in any case, from the top down; empty if there is none.</summary>
    public abstract IReadOnlyList<SieveHeaderField> Fields(string name);

    /// <summary>The content type, lower case, with the default of RFC 2045 §5.2 where the field is missing or unreadable: <c>text</c>, <c>plain</c>.</summary>
    public abstract string Type { get; }

    /// <summary>The subtype, lower case.</summary>
    public abstract string Subtype { get; }

    /// <summary>The part's body decoded to Unicode text, at most <paramref name="charactersMax"/> UTF-16 units of it (RFC 5703 §7, extracttext).</summary>
    public abstract string ExtractText(int charactersMax);
}
