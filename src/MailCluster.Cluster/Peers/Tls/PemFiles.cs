namespace MailCluster.Cluster.Peers.Tls;

/// <summary>Writes certificates and keys. A file that is there is never overwritten: it may be the only copy of a key.</summary>
internal static class PemFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everyone = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes the files or none of them.</summary>
    /// <exception cref="PeerCertificateException">One is there already, or cannot be written.</exception>
    internal static void WriteNew(string directory, params ReadOnlySpan<(string Name, string Text, bool IsSecret)> files)
    {
        foreach (var (name, _, _) in files)
        {
            if (File.Exists(Path.Combine(directory, name)))
            {
                throw new PeerCertificateException($"{Path.Combine(directory, name)} is there already");
            }
        }

        var written = new List<string>();
        try
        {
            Directory.CreateDirectory(directory);
            foreach (var (name, text, isSecret) in files)
            {
                var path = Path.Combine(directory, name);
                Write(path, text, isSecret ? OwnerOnly : Everyone);
                written.Add(path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            written.ForEach(File.Delete);
            throw new PeerCertificateException($"certificates cannot be written to {directory}: {error.Message}", error);
        }
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode; // From the first byte on; the umask can only take away.
        }

        using var stream = new FileStream(path, options);
        using (var writer = new StreamWriter(stream, leaveOpen: true))
        {
            writer.Write(text);
        }

        stream.Flush(flushToDisk: true);
    }
}
