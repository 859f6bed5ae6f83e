using System.Text;
using System.Text.Unicode;
using MailCluster.Delivery;

namespace MailCluster.Lmtp.Wire;

/// <summary>A path of the envelope.</summary>
/// <param name="Text">As the client wrote it, without angle brackets and route; what headers and replies show.</param>
/// <param name="Address">What it means: quotes taken off.</param>
internal readonly record struct MailPath(string Text, RecipientAddress Address)
{
    public static MailPath Empty { get; } = new("", new RecipientAddress("", ""));

    public bool IsEmpty => Text.Length == 0;

    /// <summary>Whether it can only be used with SMTPUTF8 (RFC 6531 §3.5).</summary>
    public bool NeedsUtf8 => !Ascii.IsValid(Text);
}

/// <summary>
/// Reads the paths of MAIL and RCPT (RFC 5321 §4.1.2, RFC 6531 §3.3). Strict where leniency could carry something into a header, lenient where
/// senders are known to err: domains are taken as sequences of sensible characters, a local name may stand without domain.
/// </summary>
internal static class PathReader
{
    /// <summary>RFC 5321 §4.5.3.1.3, with the angle brackets.</summary>
    public const int PathBytesMax = 256;

    /// <summary>RFC 5321 §4.5.3.1.1.</summary>
    private const int LocalPartBytesMax = 64;

    /// <summary>Reads <c>&lt;path&gt;</c> at the beginning of <paramref name="text"/> and leaves what follows it. <c>&lt;&gt;</c> is the empty path.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> text, out MailPath path)
    {
        path = MailPath.Empty;
        if (text.IsEmpty || text[0] != (byte)'<')
            return false;
        var rest = text[1..];
        if (!rest.IsEmpty && rest[0] == (byte)'@' && !SkipRoute(ref rest))
            return false;
        if (!rest.IsEmpty && rest[0] == (byte)'>')
        {
            text = rest[1..];
            return true;
        }

        var mailbox = rest;
        if (!TryReadLocalPart(ref rest, out var local))
            return false;
        var domain = "";
        if (!rest.IsEmpty && rest[0] == (byte)'@')
        {
            rest = rest[1..];
            if (!TryReadDomain(ref rest, out domain))
                return false;
        }

        var length = mailbox.Length - rest.Length;
        if (rest.IsEmpty || rest[0] != (byte)'>' || length + 2 > PathBytesMax)
            return false;
        path = new MailPath(Encoding.UTF8.GetString(mailbox[..length]), new RecipientAddress(local, domain));
        text = rest[1..];
        return true;
    }

    /// <summary>A source route is to be accepted and ignored (RFC 5321 §4.1.1.3, appendix C).</summary>
    private static bool SkipRoute(ref ReadOnlySpan<byte> rest)
    {
        while (true)
        {
            if (rest.IsEmpty || rest[0] != (byte)'@')
                return false;
            rest = rest[1..];
            if (!TryReadDomain(ref rest, out _) || rest.IsEmpty)
                return false;
            var separator = rest[0];
            rest = rest[1..];
            if (separator == (byte)':')
                return true;
            if (separator != (byte)',')
                return false;
        }
    }

    private static bool TryReadLocalPart(ref ReadOnlySpan<byte> rest, out string local)
    {
        local = "";
        if (rest.IsEmpty)
            return false;
        if (rest[0] == (byte)'"')
            return TryReadQuoted(ref rest, out local);
        // Dot-string; empty atoms (a..b) are wrong but in use, and harmless.
        var length = 0;
        while (length < rest.Length && IsAtomByte(rest[length]))
            length++;
        return length is > 0 and <= LocalPartBytesMax && TryTake(ref rest, length, out local);
    }

    private static bool TryReadQuoted(ref ReadOnlySpan<byte> rest, out string local)
    {
        local = "";
        Span<byte> text = stackalloc byte[LocalPartBytesMax];
        var written = 0;
        for (var i = 1; i < rest.Length; i++)
        {
            var b = rest[i];
            if (b == (byte)'"')
            {
                if (written == 0 || !Utf8.IsValid(text[..written]))
                    return false;
                local = Encoding.UTF8.GetString(text[..written]);
                rest = rest[(i + 1)..];
                return true;
            }

            if (b == (byte)'\\' && ++i < rest.Length)
                b = rest[i];
            // RFC 5321 §4.1.2, qtextSMTP and quoted-pairSMTP: printable only.
            if (b < (byte)' ' || b == 0x7f || written == text.Length)
                return false;
            text[written++] = b;
        }

        return false;
    }

    private static bool TryReadDomain(ref ReadOnlySpan<byte> rest, out string domain)
    {
        domain = "";
        var length = 0;
        var literal = !rest.IsEmpty && rest[0] == (byte)'[';
        while (length < rest.Length && (IsDomainByte(rest[length]) || (literal && rest[length] is (byte)'[' or (byte)']' or (byte)':')))
            length++;
        if (literal && (length < 3 || rest[length - 1] != (byte)']'))
            return false;
        return length > 0 && TryTake(ref rest, length, out domain);
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, int length, out string text)
    {
        text = "";
        if (!Utf8.IsValid(rest[..length]))
            return false;
        text = Encoding.UTF8.GetString(rest[..length]);
        rest = rest[length..];
        return !text.AsSpan().ContainsAnyInRange('\u0080', '\u009f');
    }

    // RFC 5321 atext and the dot; RFC 6531 adds UTF-8.
    private static bool IsAtomByte(byte b) =>
        b > (byte)' ' && b != 0x7f && b is not ((byte)'<' or (byte)'>' or (byte)'@' or (byte)'"' or (byte)'(' or (byte)')' or (byte)'['
            or (byte)']' or (byte)',' or (byte)';' or (byte)':' or (byte)'\\');

    private static bool IsDomainByte(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'_' || b >= 0x80;
}
