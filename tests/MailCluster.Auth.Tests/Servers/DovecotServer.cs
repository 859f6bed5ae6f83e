using System.Globalization;
using System.Net;

namespace MailCluster.Auth.Tests.Servers;

/// <summary>A Dovecot of the tests' own: IMAP with TLS and with STARTTLS on loopback, users in a passwd-file.</summary>
internal sealed class DovecotServer : IAsyncDisposable
{
    private readonly OwnServer _process;
    private readonly string _directory;

    private DovecotServer(string directory, OwnServer process, CertificateFiles files, int port, int tlsPort)
    {
        _directory = directory;
        _process = process;
        Files = files;
        Port = port;
        TlsPort = tlsPort;
    }

    public CertificateFiles Files { get; }

    public int Port { get; }

    public int TlsPort { get; }

    public static async Task<DovecotServer> StartAsync(params (string Name, string Password)[] users)
    {
        var directory = Directory.CreateTempSubdirectory("mailcluster-dovecot-").FullName;
        // Dovecot's own users have to get through to its sockets.
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
            | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var files = new CertificateFiles(directory);
        var (port, tlsPort) = (OwnServer.FreePort(), OwnServer.FreePort());
        await File.WriteAllLinesAsync(Path.Combine(directory, "users"), users.Select(static user => $"{user.Name}:{{PLAIN}}{user.Password}"));
        File.SetUnixFileMode(Path.Combine(directory, "users"), UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var config = Path.Combine(directory, "dovecot.conf");
        await File.WriteAllTextAsync(config, $$"""
            base_dir = {{directory}}/run
            state_dir = {{directory}}/state
            log_path = {{directory}}/mail.log
            protocols = imap
            listen = 127.0.0.1
            ssl = yes
            ssl_cert = <{{files.Certificate}}
            ssl_key = <{{files.Key}}
            auth_mechanisms = plain
            auth_failure_delay = 0
            mail_max_userip_connections = 200
            mail_location = maildir:{{directory}}/mail/%u
            default_internal_user = dovecot
            default_login_user = dovenull
            first_valid_uid = 0
            service imap-login {
              inet_listener imap {
                port = {{port.ToString(CultureInfo.InvariantCulture)}}
              }
              inet_listener imaps {
                port = {{tlsPort.ToString(CultureInfo.InvariantCulture)}}
                ssl = yes
              }
            }
            service anvil {
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            passdb {
              driver = passwd-file
              args = {{directory}}/users
            }
            userdb {
              driver = static
              args = uid=65534 gid=65534 home={{directory}}/mail/%u
            }

            """);
        var process = new OwnServer(directory, "/usr/sbin/dovecot", "-F", "-c", config);
        var server = new DovecotServer(directory, process, files, port, tlsPort);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Its children end when they see that their master is gone.</summary>
    public async Task StopAsync()
    {
        await OwnServer.RunAsync("/usr/sbin/dovecot", ["-c", Path.Combine(_directory, "dovecot.conf"), "stop"]);
        await _process.KillAsync();
    }

    public Task StartAgainAsync() => _process.StartAsync(
        () => OwnServer.Accepts(new IPEndPoint(IPAddress.Loopback, Port)) && OwnServer.Accepts(new IPEndPoint(IPAddress.Loopback, TlsPort)));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
