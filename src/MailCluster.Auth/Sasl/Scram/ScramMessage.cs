using System.Text;

namespace MailCluster.Auth.Sasl.Scram;

/// <summary>The client's two messages of SCRAM (RFC 5802 §7), read strictly.</summary>
internal static class ScramMessage
{
    /// <summary>Longest nonce taken, in characters; clients send some 24.</summary>
    private const int NonceCharactersMax = 512;

    /// <summary>
    /// <c>gs2-header = ("p=" cb-name / "n" / "y") "," ["a=" saslname] ","</c>, then <c>"n=" saslname "," "r=" nonce ["," extensions]</c>. False when it is anything
    /// else. A mandatory extension (<c>m=</c>) comes first in the bare message and is not known here, so it is refused (§5.1).
    /// </summary>
    public static bool TryReadFirst(ReadOnlySpan<byte> octets, out ScramClientFirst first)
    {
        first = default;
        if (!System.Text.Unicode.Utf8.IsValid(octets)) return false;
        var text = Encoding.UTF8.GetString(octets);
        var flagEnd = text.IndexOf(',', StringComparison.Ordinal);
        var headerEnd = flagEnd < 0 ? -1 : text.IndexOf(',', flagEnd + 1);
        if (headerEnd < 0) return false;
        var flag = text[..flagEnd];
        if (flag is not ("n" or "y") && !(flag.StartsWith("p=", StringComparison.Ordinal) && IsBindingName(flag.AsSpan(2)))) return false;
        var authorization = text[(flagEnd + 1)..headerEnd];
        if (authorization.Length > 0)
        {
            if (!authorization.StartsWith("a=", StringComparison.Ordinal) || !TryReadName(authorization[2..], out authorization)) return false;
        }
        var bare = text[(headerEnd + 1)..];
        var fields = bare.Split(',');
        if (fields.Length < 2 || !fields[0].StartsWith("n=", StringComparison.Ordinal) || !TryReadName(fields[0][2..], out var name)
            || !TryReadNonce(fields[1], out var nonce)) return false;
        for (var i = 2; i < fields.Length; i++)
        {
            if (!IsExtension(fields[i])) return false;
        }
        first = new ScramClientFirst(
            text[..(headerEnd + 1)], flag[0], flag.Length > 2 ? flag[2..] : null, authorization.Length > 0 ? authorization : null, name, nonce, bare);
        return true;
    }

    /// <summary><c>"c=" base64 "," "r=" nonce ["," extensions] ",p=" base64</c>. False when it is anything else.</summary>
    public static bool TryReadFinal(ReadOnlySpan<byte> octets, out ScramClientFinal final)
    {
        final = default;
        if (!System.Text.Unicode.Utf8.IsValid(octets)) return false;
        var text = Encoding.UTF8.GetString(octets);
        var proofAt = text.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofAt < 0) return false;
        var withoutProof = text[..proofAt];
        var fields = withoutProof.Split(',');
        if (fields.Length < 2 || !fields[0].StartsWith("c=", StringComparison.Ordinal) || !TryReadNonce(fields[1], out var nonce)) return false;
        for (var i = 2; i < fields.Length; i++)
        {
            if (!IsExtension(fields[i])) return false;
        }
        if (!TryDecode(fields[0][2..], out var binding) || !TryDecode(text[(proofAt + 3)..], out var proof)) return false;
        final = new ScramClientFinal(binding, nonce, withoutProof, proof);
        return true;
    }

    private static bool TryReadNonce(string field, out string nonce)
    {
        nonce = field.Length > 2 ? field[2..] : "";
        // printable = %x21-2B / %x2D-7E
        return field.StartsWith("r=", StringComparison.Ordinal) && nonce.Length is > 0 and <= NonceCharactersMax
            && !nonce.AsSpan().ContainsAnyExceptInRange('!', '~');
    }

    /// <summary>saslname: a comma is written <c>=2C</c>, an equals sign <c>=3D</c>, and no equals sign stands for itself.</summary>
    private static bool TryReadName(string text, out string name)
    {
        name = "";
        if (text.Length == 0 || Encoding.UTF8.GetByteCount(text) > 3 * SaslLimits.IdentityOctetsMax || text.Contains('\0')) return false;
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '=')
            {
                builder.Append(text[i]);
                continue;
            }
            var escape = text.AsSpan(i + 1, Math.Min(2, text.Length - i - 1));
            if (escape is "2C") builder.Append(',');
            else if (escape is "3D") builder.Append('=');
            else return false;
            i += 2;
        }
        name = builder.ToString();
        return Encoding.UTF8.GetByteCount(name) <= SaslLimits.IdentityOctetsMax;
    }

    private static bool IsExtension(string field) => field.Length >= 2 && char.IsAsciiLetter(field[0]) && field[0] != 'm' && field[1] == '=';

    private static bool IsBindingName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty) return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-')) return false;
        }
        return true;
    }

    private static bool TryDecode(string base64, out byte[] octets)
    {
        octets = new byte[base64.Length / 4 * 3 + 3];
        if (base64.Length == 0 || base64.Length % 4 != 0 || base64.AsSpan().ContainsAny(" \t\r\n")
            || !Convert.TryFromBase64String(base64, octets, out var written)) return false;
        octets = octets[..written];
        return true;
    }
}

/// <summary>client-first-message.</summary>
/// <param name="Header">The gs2-header as sent, with its last comma.</param>
/// <param name="Flag"><c>p</c>: the client binds; <c>y</c>: it could, and thinks that the server cannot; <c>n</c>: it cannot.</param>
/// <param name="Binding">The binding's type for <c>p</c>, else null.</param>
/// <param name="AuthorizationId">The authzid, or null.</param>
/// <param name="Name">The user name, unescaped.</param>
/// <param name="Nonce">The client's nonce.</param>
/// <param name="Bare">client-first-message-bare, part of what is signed.</param>
internal readonly record struct ScramClientFirst(
    string Header, char Flag, string? Binding, string? AuthorizationId, string Name, string Nonce, string Bare);

/// <summary>client-final-message.</summary>
/// <param name="Binding">The gs2-header again, and the channel binding data after it.</param>
/// <param name="Nonce">Both nonces.</param>
/// <param name="WithoutProof">client-final-message-without-proof, part of what is signed.</param>
/// <param name="Proof">ClientProof.</param>
internal readonly record struct ScramClientFinal(byte[] Binding, string Nonce, string WithoutProof, byte[] Proof);
