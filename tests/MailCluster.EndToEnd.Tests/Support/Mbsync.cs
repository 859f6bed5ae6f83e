using System.Globalization;
using System.Security.Cryptography;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>mbsync between one account and a Maildir tree, both ways, deletions included.</summary>
internal sealed class Mbsync
{
    private readonly string _configuration;
    private readonly string _local;
    private int _added;

    public Mbsync(TemporaryFolder folder, int port, string user, string local)
    {
        _local = local;
        _configuration = folder.File("mbsyncrc");
        var certificate = folder.File("node.pem");
        var state = Directory.CreateDirectory(folder.File("mbsync-state")).FullName;
        File.WriteAllText(certificate, ServedCertificate(port));
        File.WriteAllText(_configuration, string.Create(CultureInfo.InvariantCulture, $"""
            IMAPAccount node
            Host localhost
            Port {port}
            User {user}
            Pass {NodeProcess.Password}
            SSLType IMAPS
            CertificateFile {certificate}
            SystemCertificates no

            IMAPStore far
            Account node

            MaildirStore near
            Path {local}/
            Inbox {local}/INBOX
            SubFolders Verbatim

            Channel all
            Far :far:
            Near :near:
            Patterns *
            Create Both
            Remove Both
            Expunge Both
            CopyArrivalDate yes
            SyncState {state}/
            """));
    }

    public Task<ProgramResult> RunAsync() => ClientProgram.RequireAsync("mbsync", ["-c", _configuration, "-V", "all"]);

    public async Task AddLocalAsync(string folder, byte[] message)
    {
        // A Maildir keeps lines with LF; mbsync sends them with CRLF.
        var path = Path.Combine(_local, folder, "cur", $"100000000{_added++}.1.test:2,S");
        await File.WriteAllBytesAsync(path, Array.FindAll(message, b => b != '\r'));
    }

    public static void MarkSeen(string file)
    {
        var name = Path.GetFileName(file);
        var marked = name.Contains(":2,", StringComparison.Ordinal) ? name + "S" : name + ":2,S";
        File.Move(file, Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(file))!, "cur", marked));
    }

    public static IReadOnlyList<string> Messages(string local) =>
        [.. Directory.EnumerateFiles(local, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) is "cur" or "new")
            .Order(StringComparer.Ordinal)];

    /// <summary>Names and contents of all messages, as one hash.</summary>
    public static string Fingerprint(string local)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Messages(local))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(file));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string ServedCertificate(int port)
    {
        using var client = new System.Net.Sockets.TcpClient();
        client.Connect(System.Net.IPAddress.Loopback, port);
        using var secure = new System.Net.Security.SslStream(client.GetStream(), false, (_, _, _, _) => true);
        secure.AuthenticateAsClient("localhost");
        using var certificate = new System.Security.Cryptography.X509Certificates.X509Certificate2(secure.RemoteCertificate!);
        return certificate.ExportCertificatePem();
    }
}
