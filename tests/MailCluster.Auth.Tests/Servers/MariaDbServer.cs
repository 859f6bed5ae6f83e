using System.Net.Sockets;

namespace MailCluster.Auth.Tests.Servers;

/// <summary>A MariaDB of the tests' own, on a Unix socket alone.</summary>
internal sealed class MariaDbServer : IAsyncDisposable
{
    private readonly OwnServer _process;
    private readonly string _directory;

    private MariaDbServer(string directory, OwnServer process)
    {
        _directory = directory;
        _process = process;
    }

    public string Socket => Path.Combine(_directory, "s");

    public string Connection => $"socket={Socket};user=mail;database=mail";

    public const string Password = "a password; no";

    public static async Task<MariaDbServer> StartAsync(string sql)
    {
        var directory = Directory.CreateTempSubdirectory("mailcluster-my-").FullName;
        string[] owner = Environment.UserName == "root" ? ["--user=root"] : [];
        await OwnServer.RunAsync(
            "mariadb-install-db",
            ["--no-defaults", $"--datadir={directory}/data", "--auth-root-authentication-method=normal", "--skip-test-db", .. owner]);
        var process = new OwnServer(
            directory,
            [
                "/usr/sbin/mariadbd", "--no-defaults", .. owner, $"--datadir={directory}/data", $"--socket={directory}/s", "--skip-networking",
                $"--pid-file={directory}/pid", "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M", "--performance-schema=OFF",
            ]);
        var server = new MariaDbServer(directory, process);
        await server.StartAgainAsync();
        await OwnServer.RunAsync("mariadb", ["--no-defaults", $"--socket={server.Socket}", "-uroot"], sql);
        return server;
    }

    public Task StopAsync() => _process.KillAsync();

    public Task StartAgainAsync()
    {
        File.Delete(Socket);
        return _process.StartAsync(() => File.Exists(Socket) && OwnServer.Accepts(new UnixDomainSocketEndPoint(Socket)));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.KillAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
