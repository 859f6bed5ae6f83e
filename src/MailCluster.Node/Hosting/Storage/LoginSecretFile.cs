using System.Security.Cryptography;

namespace MailCluster.Node.Hosting.Storage;

/// <summary>
/// The login secret of a node that keeps everything in its data directory, <c>login-secret</c>, mode 0600. Whoever loses it loses nothing but that names which
/// do not exist get other SCRAM salts than before.
/// </summary>
internal static class LoginSecretFile
{
    private const string Name = "login-secret";
    private const int Octets = 32;

    /// <exception cref="IOException">It cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public static byte[] ReadOrCreate(string directory)
    {
        var path = Path.Combine(directory, Name);
        // Shorter: the making was cut off, and nothing was answered with it yet.
        if (File.Exists(path) && File.ReadAllBytes(path) is { Length: Octets } stored) return stored;
        var secret = RandomNumberGenerator.GetBytes(Octets);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(secret);
        file.Flush(flushToDisk: true);
        return secret;
    }
}
