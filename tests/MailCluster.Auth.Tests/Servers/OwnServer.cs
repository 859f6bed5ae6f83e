using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MailCluster.Auth.Tests.Servers;

/// <summary>
/// A server process of the tests' own, in a temporary directory. A guard waits for the end of its standard input, which comes with the end of this
/// process, whatever way it ends; then it kills the server.
/// </summary>
internal sealed class OwnServer : IDisposable
{
    private const string Guard = """
        directory=$1; shift
        "$@" >>"$directory/log" 2>&1 </dev/null &
        pid=$!
        read -r _
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        """;

    private readonly string[] _command;
    private Process? _guard;

    public OwnServer(string directory, params string[] command)
    {
        Directory = directory;
        _command = command;
    }

    public string Directory { get; }

    /// <summary>Starts it and waits until the condition holds.</summary>
    public async Task StartAsync(Func<bool> isUp)
    {
        var start = new ProcessStartInfo("setsid", ["--wait", "sh", "-c", Guard, "guard", Directory, .. _command]) { RedirectStandardInput = true };
        _guard = Process.Start(start)!;
        var watch = Stopwatch.StartNew();
        while (!isUp())
        {
            if (_guard.HasExited || watch.Elapsed > TimeSpan.FromSeconds(60))
                throw new InvalidOperationException($"{_command[0]} did not start:\n{await File.ReadAllTextAsync(Path.Combine(Directory, "log"))}");
            await Task.Yield();
        }
    }

    /// <summary>kill -9, and waits for the end.</summary>
    public async Task KillAsync()
    {
        if (_guard is null) return;
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
        _guard = null;
    }

    public void Dispose() => KillAsync().GetAwaiter().GetResult();

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>True when something takes connections there.</summary>
    public static bool Accepts(EndPoint endPoint)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task RunAsync(string program, IEnumerable<string> arguments, string? input = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error}{await output}");
    }
}
