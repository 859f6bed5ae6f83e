using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Auth.Tests.Sasl;

/// <summary>A client of SCRAM, written from RFC 5802 and sharing no code with the server's side.</summary>
internal sealed class ScramClient(string user, string password, HashAlgorithmName hash)
{
    private string _serverFirst = "";
    private string _bare = "";
    private string _withoutProof = "";
    private byte[] _salted = [];

    public string Header { get; init; } = "n,,";

    public byte[] Binding { get; init; } = [];

    public string Nonce { get; init; } = "fyko+d2lbbFgONRv9qkxdawL";

    public string Salt { get; private set; } = "";

    public int Iterations { get; private set; }

    public byte[] First()
    {
        _bare = $"n={user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={Nonce}";
        return Encoding.UTF8.GetBytes(Header + _bare);
    }

    public byte[] Final(ReadOnlySpan<byte> serverFirst, Func<string, string>? changeNonce = null)
    {
        _serverFirst = Encoding.UTF8.GetString(serverFirst);
        var fields = _serverFirst.Split(',');
        var nonce = fields[0][2..];
        Salt = fields[1][2..];
        Iterations = int.Parse(fields[2][2..]);
        Assert.StartsWith(Nonce, nonce, StringComparison.Ordinal);
        Assert.True(nonce.Length > Nonce.Length + 16);
        byte[] binding = [.. Encoding.UTF8.GetBytes(Header), .. Binding];
        _withoutProof = $"c={Convert.ToBase64String(binding)},r={changeNonce?.Invoke(nonce) ?? nonce}";
        var octets = hash == HashAlgorithmName.SHA1 ? 20 : 32;
        _salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), Convert.FromBase64String(Salt), Iterations, hash, octets);
        var clientKey = Hmac(_salted, "Client Key");
        var signature = Hmac(CryptographicOperations.HashData(hash, clientKey), Signed());
        var proof = clientKey.Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
        return Encoding.UTF8.GetBytes($"{_withoutProof},p={Convert.ToBase64String(proof)}");
    }

    public string ExpectedServerFinal() => $"v={Convert.ToBase64String(Hmac(Hmac(_salted, "Server Key"), Signed()))}";

    private string Signed() => $"{_bare},{_serverFirst},{_withoutProof}";

    private byte[] Hmac(byte[] key, string text) => CryptographicOperations.HmacData(hash, key, Encoding.UTF8.GetBytes(text));
}
