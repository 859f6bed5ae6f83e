using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MailCluster.Testing.Postfix;

/// <summary>
/// Debian's Postfix as an instance of the tests' own: configuration, queue and data in a temporary directory, SMTP on a free port of 127.0.0.1, mail for the node's domains
/// handed on by LMTP, mail for all others kept in a Maildir. It must be started by root; others use sudo.
/// </summary>
/// <remarks>
/// A guard process holds it: it waits for the end of its standard input, which comes with <see cref="DisposeAsync"/> or with the end of this process, whatever way it
/// ends; then it ends the master process, as <c>postfix stop</c> does, and removes the directory. What Postfix logs is what the guard prints.
/// </remarks>
public sealed class PostfixServer : IAsyncDisposable
{
    private const int StartsMax = 5;

    // Standard input moves to descriptor 3, where no daemon reads it. The mail of others belongs to whoever runs the tests; root owns no mail, so nobody does.
    private const string Guard = """
        exec 3<&0 </dev/null
        owner=${SUDO_UID:-$(id -u nobody)}
        mkdir -p "$1/queue" "$1/data" "$1/outside"
        chown postfix "$1/data" && chown "$owner" "$1/outside"
        postconf -c "$1/conf" -e "virtual_uid_maps = static:$owner" "virtual_gid_maps = static:$(id -g nobody)"
        postfix -c "$1/conf" start-fg &
        read -r _ <&3
        read -r master < "$1/queue/pid/master.pid" && kill "$master"
        wait
        rm -rf "$1"
        """;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly string _directory;
    private readonly Process _guard;
    private readonly PostfixLog _log;

    private PostfixServer(string directory, int port, Process guard, PostfixLog log)
    {
        _directory = directory;
        Port = port;
        _guard = guard;
        _log = log;
    }

    /// <summary>Where it takes mail by SMTP, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>What it has logged so far.</summary>
    public string Log => _log.ToString();

    /// <summary>The Maildir of all recipients outside the node's domains; each message has its recipient in <c>Delivered-To</c>.</summary>
    public string Outside => Path.Combine(_directory, "outside");

    /// <summary>Starts one and returns when it takes connections.</summary>
    public static async Task<PostfixServer> StartAsync(PostfixSettings settings)
    {
        for (var turn = 1; ; turn++)
        {
            var server = Launch(settings);
            try
            {
                await server.ReadyAsync();
                return server;
            }
            catch (InvalidOperationException) when (turn < StartsMax)
            {
                // Another took the port between the choice and the start.
                await server.DisposeAsync();
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Completes with the line when it logs one with this text, also one of before.</summary>
    /// <exception cref="TimeoutException">It did not within a minute.</exception>
    public async Task<string> SaidAsync(string text)
    {
        try
        {
            return await _log.SaidAsync(text).WaitAsync(s_limit);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Postfix did not log '{text}':\n{Log}", e);
        }
    }

    /// <summary>The messages for recipients outside, in the order of their arrival. Wait for <c>status=sent (delivered to maildir)</c> first.</summary>
    public IReadOnlyList<string> OutsideMessages()
    {
        var folder = new DirectoryInfo(Path.Combine(Outside, "new"));
        return folder.Exists
            ? [.. folder.EnumerateFiles().OrderBy(file => file.LastWriteTimeUtc).Select(file => File.ReadAllText(file.FullName))]
            : [];
    }

    /// <summary>Runs one of its commands: <c>postqueue -p</c>, <c>postsuper -d ALL</c>.</summary>
    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = AsRoot(program, ["-c", Path.Combine(_directory, "conf"), .. arguments]);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program}: exit {process.ExitCode}\n{output}\n{Log}");
    }

    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
    }

    private static PostfixServer Launch(PostfixSettings settings)
    {
        var directory = Directory.CreateTempSubdirectory("mailcluster-postfix-").FullName;
        var port = FindPort();

        // Its processes run as users of their own and have to reach the queue.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        var configuration = Directory.CreateDirectory(Path.Combine(directory, "conf")).FullName;
        File.WriteAllLines(Path.Combine(configuration, "main.cf"), settings.MainLines(directory));
        File.WriteAllLines(Path.Combine(configuration, "master.cf"), PostfixSettings.MasterLines(port));
        var start = AsRoot("setsid", ["--wait", "sh", "-c", Guard, "guard", directory]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var guard = Process.Start(start)!;
        return new PostfixServer(directory, port, guard, PostfixLog.Of(guard));
    }

    private static ProcessStartInfo AsRoot(string program, IEnumerable<string> arguments) => Environment.UserName == "root"
        ? new ProcessStartInfo(program, arguments)
        : new ProcessStartInfo("sudo", ["-n", program, .. arguments]);

    /// <summary>Free now; another may take it before Postfix does.</summary>
    private static int FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task ReadyAsync()
    {
        var fatal = _log.SaidAsync("fatal:");
        var started = _log.SaidAsync("daemon started");
        if (await Task.WhenAny(started, fatal).WaitAsync(s_limit) == fatal)
            throw new InvalidOperationException("Postfix did not start (Debian: postfix):\n" + Log);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
    }
}
