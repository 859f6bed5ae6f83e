using System.Security.Cryptography;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// HMAC-MD5 keyed with a password, as CRAM-MD5 (RFC 2195) needs it and as Dovecot stores it: the MD5 state after the outer pad, then the one after the
/// inner pad. Whoever has it can log in by CRAM-MD5; the password itself it does not tell.
/// </summary>
internal sealed class CramMd5Keys
{
    public const int Octets = 2 * MdState.DigestOctets;

    private readonly byte[] _states;

    public CramMd5Keys(byte[] states) => _states = states;

    public static CramMd5Keys Of(ReadOnlySpan<byte> password)
    {
        Span<byte> key = stackalloc byte[MdState.BlockOctets];
        key.Clear();
        if (password.Length <= key.Length) password.CopyTo(key);
        else new MdState(isMd4: false).Finish(password, 0).CopyTo(key);
        byte[] states = [.. After(key, 0x5c), .. After(key, 0x36)];
        CryptographicOperations.ZeroMemory(key);
        return new CramMd5Keys(states);
    }

    public ReadOnlySpan<byte> States => _states;

    /// <summary>The HMAC of a text.</summary>
    public byte[] Sign(ReadOnlySpan<byte> text)
    {
        var inner = MdState.Md5After(_states.AsSpan(MdState.DigestOctets)).Finish(text, MdState.BlockOctets);
        return MdState.Md5After(_states).Finish(inner, MdState.BlockOctets);
    }

    private static byte[] After(ReadOnlySpan<byte> key, byte pad)
    {
        Span<byte> block = stackalloc byte[MdState.BlockOctets];
        for (var i = 0; i < block.Length; i++) block[i] = (byte)(key[i] ^ pad);
        var state = new MdState(isMd4: false);
        state.Take(block);
        CryptographicOperations.ZeroMemory(block);
        return state.State();
    }
}
