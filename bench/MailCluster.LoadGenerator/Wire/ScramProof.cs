using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailCluster.LoadGenerator.Wire;

/// <summary>The client's two messages of SCRAM-SHA-256 (RFC 5802), without channel binding, in base64.</summary>
internal sealed class ScramProof(string user, string password)
{
    private readonly string _bare = $"n={user},r={Convert.ToBase64String(RandomNumberGenerator.GetBytes(18))}";

    public string First => Encode("n,," + _bare);

    /// <exception cref="ProtocolException">The server's message is not one.</exception>
    public string Final(ReadOnlySpan<byte> base64)
    {
        var server = Encoding.ASCII.GetString(Convert.FromBase64String(Encoding.ASCII.GetString(base64)));
        var fields = server.Split(',');
        if (fields.Length < 3 || !int.TryParse(fields[2].AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var iterations))
        {
            throw new ProtocolException($"No server-first-message: {server}");
        }
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(fields[1][2..]), iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var proof = HMACSHA256.HashData(salted, "Client Key"u8);
        var withoutProof = $"c=biws,{fields[0]}";
        var signature = HMACSHA256.HashData(SHA256.HashData(proof), Encoding.ASCII.GetBytes($"{_bare},{server},{withoutProof}"));
        for (var i = 0; i < proof.Length; i++)
        {
            proof[i] ^= signature[i];
        }
        return Encode($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
