
namespace MailCluster.Auth.Passwords;

/// <summary>The text after the braces of a stored password, with the encoding it is written in.</summary>
internal readonly record struct StoredHash(string Text, HashEncoding Encoding)
{
    /// <summary>Whose it is, for the one scheme that hashes the name too; null where nobody asked for an account.</summary>
    public string? Account { get; init; }

    /// <summary>The hash's octets.</summary>
    /// <exception cref="PasswordSchemeException">The text is not in its encoding.</exception>
    public byte[] Octets()
    {
        try
        {
            return Encoding switch
            {
                HashEncoding.Hex => Convert.FromHexString(Text),
                HashEncoding.Base64 => Convert.FromBase64String(Padded(Text)),
                _ => System.Text.Encoding.UTF8.GetBytes(Text),
            };
        }
        catch (FormatException e)
        {
            throw new PasswordSchemeException(
                $"the stored hash is not valid {(Encoding == HashEncoding.Hex ? "hexadecimal" : "base64")}", e);
        }
    }

    /// <summary>The octets read as text, for hashes that are text (crypt's).</summary>
    public string AsText() => Encoding == HashEncoding.None ? Text : System.Text.Encoding.UTF8.GetString(Octets());

    // Some tools write base64 without its padding.
    private static string Padded(string text) => (text.Length % 4) switch { 2 => text + "==", 3 => text + "=", _ => text };

    /// <summary>Keeps hashes out of logs and messages.</summary>
    public override string ToString() => "StoredHash";
}
