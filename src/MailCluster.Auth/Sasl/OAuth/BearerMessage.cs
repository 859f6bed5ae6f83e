using System.Text;

namespace MailCluster.Auth.Sasl.OAuth;

/// <summary>The client's one message of OAUTHBEARER (RFC 7628 §3.1) and of XOAUTH2, Google's form that came before it.</summary>
internal static class BearerMessage
{
    private const byte Separator = 0x01;

    /// <summary><c>gs2-header ^A (key "=" value ^A)* ^A</c>; of the keys only <c>auth</c> matters, host and port are for signed tokens.</summary>
    public static bool TryReadOAuthBearer(ReadOnlyMemory<byte> message, out string? identity, out ReadOnlyMemory<byte> token)
    {
        identity = null;
        token = default;
        var end = message.Span.IndexOf(Separator);
        if (end < 0 || !TryReadHeader(message.Span[..end], out identity)) return false;
        return TryReadPairs(message[(end + 1)..], out _, out token);
    }

    /// <summary><c>"user=" name ^A "auth=Bearer " token ^A ^A</c>.</summary>
    public static bool TryReadXOAuth2(ReadOnlyMemory<byte> message, out string? identity, out ReadOnlyMemory<byte> token) =>
        TryReadPairs(message, out identity, out token);

    // RFC 5801 §4 without channel binding, which no token can be bound to: n or y, then an authzid with its commas and equals signs escaped.
    private static bool TryReadHeader(ReadOnlySpan<byte> header, out string? identity)
    {
        identity = null;
        if (!header.StartsWith("n,"u8) && !header.StartsWith("y,"u8)) return false;
        if (header.Length < 3 || header[^1] != (byte)',') return false;
        var name = header[2..^1];
        if (name.IsEmpty) return true;
        if (!name.StartsWith("a="u8) || name.Contains((byte)',') || !SaslLimits.TryReadIdentity(name[2..], out var escaped)) return false;
        identity = escaped.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        return true;
    }

    private static bool TryReadPairs(ReadOnlyMemory<byte> pairs, out string? user, out ReadOnlyMemory<byte> token)
    {
        user = null;
        token = default;
        while (true)
        {
            var end = pairs.Span.IndexOf(Separator);
            if (end < 0) return false;
            if (end == 0) return pairs.Length == 1 && !token.IsEmpty;
            var pair = pairs[..end];
            if (pair.Span.StartsWith("user="u8))
            {
                if (user is not null || !SaslLimits.TryReadIdentity(pair.Span["user=".Length..], out var name)) return false;
                user = name;
            }
            else if (pair.Span.StartsWith("auth="u8))
            {
                // RFC 6750 §2.1; the scheme's name in any case.
                var value = pair["auth=".Length..];
                if (!token.IsEmpty || value.Length <= "Bearer ".Length || !Ascii.EqualsIgnoreCase(value.Span[.."Bearer ".Length], "Bearer "u8)) return false;
                token = value["Bearer ".Length..];
                if (token.Span.ContainsAnyExceptInRange((byte)'!', (byte)'~')) return false;
            }
            else if (pair.Span.IndexOf((byte)'=') <= 0)
            {
                return false;
            }
            pairs = pairs[(end + 1)..];
        }
    }
}
