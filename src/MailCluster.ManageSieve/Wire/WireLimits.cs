using MailCluster.Mailboxes;

namespace MailCluster.ManageSieve.Wire;

/// <summary>What a request may take, checked before it is buffered. Bytes.</summary>
internal static class WireLimits
{
    /// <summary>The longest command is UNAUTHENTICATE; an atom may have 1,024 bytes, but none that is known has.</summary>
    public const int CommandBytesMax = 32;

    /// <summary>
    /// A quoted string as sent, with its escapes. RFC 5804 §4 has 1,024; tokens of OAuth, which some clients quote, are longer.
    /// </summary>
    public const int QuotedBytesMax = 8 * 1024;

    /// <summary>A name as sent; what is longer is no name.</summary>
    public const int NameBytesMax = ScriptName.BytesMax;

    /// <summary>NOOP's tag.</summary>
    public const int TagBytesMax = 1024;

    /// <summary>The name of a SASL mechanism has at most 20 (RFC 4422 §3.1).</summary>
    public const int MechanismBytesMax = 20;

    /// <summary>The initial response of AUTHENTICATE, base64; mechanisms have limits of their own below it.</summary>
    public const int SaslBytesMax = 64 * 1024;

    /// <summary>A literal that is refused is skipped up to so many bytes, so that the client reads the refusal; past it the connection is closed.</summary>
    public const long SkippedBytesMax = 16 * 1024 * 1024;
}
