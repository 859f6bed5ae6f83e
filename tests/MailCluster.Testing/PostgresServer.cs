using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace MailCluster.Testing;

/// <summary>
/// A PostgreSQL server of the tests' own: a fresh cluster in a temporary directory, on a Unix socket there and on no port, with fsync on, as Debian's package brings it.
/// It refuses to run as root, so root starts it as the user postgres.
/// </summary>
/// <remarks>
/// A guard process waits for the end of its standard input, which comes with <see cref="DisposeAsync"/> or with the end of this process, whatever way it ends; then
/// it stops the server by its process id and removes the directory. It has a session of its own: a signal to the group of the test process does not end it early.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Guard = """
        read -r _
        pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
        [ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null && while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
        rm -rf "$1"
        """;

    private static readonly Lazy<Task<PostgresServer>> s_shared = new(() => StartAsync());

    private readonly string _directory;
    private readonly Process _guard;
    private int _databases;

    private PostgresServer(string directory, Process guard)
    {
        _directory = directory;
        _guard = guard;
    }

    /// <summary>The one that the tests of this process share; it ends with the process.</summary>
    public static Task<PostgresServer> SharedAsync() => s_shared.Value;

    /// <summary>One of one's own, to be stopped and killed.</summary>
    /// <param name="settings">Lines for <c>postgresql.conf</c>.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var directory = Directory.CreateTempSubdirectory("mailcluster-pg-").FullName;
        var start = new ProcessStartInfo("setsid", ["--wait", "sh", "-c", Guard, "guard", directory]) { RedirectStandardInput = true };
        var server = new PostgresServer(directory, Process.Start(start)!);
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres", directory);
        await RunAsPostgresAsync(Program("initdb"), "-D", $"{directory}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions");
        await File.AppendAllLinesAsync(
            $"{directory}/data/postgresql.conf",
            [
                "listen_addresses = ''",
                $"unix_socket_directories = '{directory}'",
                "max_connections = 400",
                "shared_buffers = 64MB",
                "fsync = on",
                .. settings,
            ]);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>For a database of it, as Npgsql takes it.</summary>
    public string ConnectionString(string database) => $"Host={_directory};Username=postgres;Database={database}";

    /// <summary>It was started, and not stopped or killed since.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Where it takes connections: for what stands between it and its clients.</summary>
    public string SocketPath => $"{_directory}/.s.PGSQL.5432";

    /// <summary>Makes an empty database and returns its name.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} TEMPLATE template0");
        return name;
    }

    /// <summary>Runs a statement from outside, as an administrator would.</summary>
    public async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Ends it as an administrator would: connections are cut off, what was committed is on the disk.</summary>
    public Task StopAsync()
    {
        IsRunning = false;
        return ControlAsync("stop", "-m", "fast");
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        IsRunning = false;
        var line = (await File.ReadAllLinesAsync($"{_directory}/data/postmaster.pid"))[0];
        using var postmaster = Process.GetProcessById(int.Parse(line, CultureInfo.InvariantCulture));
        postmaster.Kill();
        await postmaster.WaitForExitAsync();
    }

    /// <summary>Starts it after a stop or a kill, and returns when it takes connections.</summary>
    public async Task StartAgainAsync()
    {
        // After a kill its children hold the shared memory for a moment, and it refuses until they are gone.
        for (var turn = 1; ; turn++)
        {
            try
            {
                await ControlAsync("start", "-l", $"{_directory}/log");
                IsRunning = true;
                return;
            }
            catch (InvalidOperationException) when (turn < 20)
            {
                continue;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
    }

    private Task ControlAsync(string verb, params string[] arguments) =>
        RunAsPostgresAsync(Program("pg_ctl"), [verb, "-D", $"{_directory}/data", "-w", "-t", "60", "-s", .. arguments]);

    private static string Program(string name)
    {
        foreach (var version in new DirectoryInfo("/usr/lib/postgresql").EnumerateDirectories().OrderByDescending(version => int.Parse(version.Name, CultureInfo.InvariantCulture)))
        {
            var path = Path.Combine(version.FullName, "bin", name);
            if (File.Exists(path))
                return path;
        }

        throw new InvalidOperationException($"{name} is not installed (Debian: postgresql).");
    }

    private static Task RunAsPostgresAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments])
        : RunAsync(program, arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/", RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}\n{await process.StandardError.ReadToEndAsync()}");
    }
}
