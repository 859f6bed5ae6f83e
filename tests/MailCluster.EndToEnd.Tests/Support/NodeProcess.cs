using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>A node as its operator runs it: the real program, a data folder, free ports on loopback.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    public const string Password = "correct-horse-battery";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SayLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly List<(string Text, TaskCompletionSource Said)> _awaited = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, int> _ports = new();

    private NodeProcess(Process process, string dataFolder)
    {
        _process = process;
        DataFolder = dataFolder;
        Id = process.Id;
        process.OutputDataReceived += (_, line) => OnLine(line.Data);
        process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string DataFolder { get; }

    public int Id { get; }

    public bool HasEnded => _process.HasExited;

    public int ImapPort => PortOf("imap");

    public int ImapsPort => PortOf("imaps");

    public int Pop3Port => PortOf("pop3");

    public int Pop3sPort => PortOf("pop3s");

    public int LmtpPort => PortOf("lmtp");

    public int QuotaStatusPort => PortOf("quota-status");

    public int ManageSievePort => PortOf("managesieve");

    public int HttpPort => PortOf("http");

    public string AdminSocket => Path.Combine(DataFolder, "admin.sock");

    public string Log => string.Join('\n', _log);

    /// <summary>Starts a node and waits until it says that it is ready.</summary>
    /// <param name="dataFolder">Where it keeps its data; may be from an earlier run.</param>
    /// <param name="settings">More <c>--set</c> arguments, without the leading <c>mailcluster.</c>.</param>
    public static Task<NodeProcess> StartAsync(string dataFolder, params string[] settings) => Launch(dataFolder, settings).ReadyAsync();

    /// <summary>As <see cref="StartAsync"/>, after commands of the shell that set what a process inherits: <c>ulimit -n 700</c>.</summary>
    public static Task<NodeProcess> StartUnderAsync(string shell, string dataFolder, params string[] settings) =>
        Launch(dataFolder, settings, shell).ReadyAsync();

    /// <summary>Waits until it says that it is ready.</summary>
    public async Task<NodeProcess> ReadyAsync()
    {
        var ended = _process.WaitForExitAsync();
        var first = await Task.WhenAny(_ready.Task, ended).WaitAsync(StartLimit);
        if (first == ended)
            Assert.Fail($"The node ended with {_process.ExitCode} while starting:\n{Log}");
        return this;
    }

    /// <summary>Starts a node that is expected to refuse: returns its exit code and what it said.</summary>
    public static async Task<(int ExitCode, string Log)> StartRefusedAsync(string dataFolder, params string[] settings)
    {
        await using var node = Launch(dataFolder, settings);
        await node._process.WaitForExitAsync().WaitAsync(StartLimit);
        return (node._process.ExitCode, node.Log);
    }

    /// <summary>Adds an account with <see cref="Password"/>, as the operator does.</summary>
    public Task AddUserAsync(string user) => CtlWithInputAsync($"{Password}\n", "user", "add", user, "--password-stdin");

    /// <summary>Runs mailctl against this node and requires success.</summary>
    public Task<ProgramResult> CtlAsync(params string[] arguments) => CtlWithInputAsync(null, arguments);

    public Task<ProgramResult> CtlWithInputAsync(string? input, params string[] arguments) =>
        ClientProgram.RequireAsync(Repository.CtlProgram, ["--socket", AdminSocket, .. arguments], input);

    public Task<ImapClient> ConnectImapAsync(string user, bool tls = true) =>
        ImapClient.ConnectAsync(tls ? ImapsPort : ImapPort, user, Password, tls);

    /// <summary>Where the other nodes of its cluster connect.</summary>
    public int PeerPort => PortOf("peers");

    /// <summary>Completes when a line with this text is in its log, also one of before.</summary>
    public Task SaidAsync(string text)
    {
        lock (_awaited)
            return _log.Any(line => line.Contains(text, StringComparison.Ordinal)) ? Task.CompletedTask : NextAsync(text);
    }

    /// <summary>Completes when it says a line with this text, from now on.</summary>
    public Task NextAsync(string text)
    {
        lock (_awaited)
        {
            var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, said));
            return WithinAsync(said.Task, text);
        }
    }

    private async Task WithinAsync(Task said, string text)
    {
        try
        {
            await said.WaitAsync(SayLimit);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"The node did not log '{text}':\n{Log}", e);
        }
    }

    /// <summary>Sends a signal: <c>STOP</c>, <c>CONT</c>.</summary>
    public Task SignalAsync(string signal) => ClientProgram.RequireAsync("kill", ["-" + signal, Id.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Waits until it ends by itself; returns the exit code.</summary>
    public async Task<int> EndedAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(StartLimit);
        return _process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync().WaitAsync(StopLimit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    /// <summary>Starts the process and waits for nothing.</summary>
    public static NodeProcess Launch(string dataFolder, string[] settings, string? shell = null, NodeRelease? release = null)
    {
        release ??= NodeRelease.Current;
        string[] all =
        [
            $"data-dir=\"{dataFolder}\"",
            "node.name=\"node.test\"",
            "listeners.imap.address=\"127.0.0.1\"", "listeners.imap.port=0",
            "listeners.imaps.address=\"127.0.0.1\"", "listeners.imaps.port=0",
            "listeners.pop3.address=\"127.0.0.1\"", "listeners.pop3.port=0",
            "listeners.pop3s.address=\"127.0.0.1\"", "listeners.pop3s.port=0",
            "listeners.lmtp.port=0",
            "listeners.managesieve.address=\"127.0.0.1\"", "listeners.managesieve.port=0",
            "listeners.http.port=0",
            "auth.password-scheme=\"SHA512-CRYPT\"",
            // Hundreds of nodes are started, and none for its speed.
            "node.rehearsal=false",
            .. settings,
        ];
        var arguments = release.Known(all).SelectMany(setting => new[] { "--set", "mailcluster." + setting });
        var start = shell is null
            ? new ProcessStartInfo(release.Program, arguments)
            : new ProcessStartInfo("sh", ["-c", shell + "; exec \"$0\" \"$@\"", release.Program, .. arguments]);
        start = new ProcessStartInfo(start.FileName, start.ArgumentList)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = dataFolder,
        };
        return new NodeProcess(
            Process.Start(start) ?? throw new InvalidOperationException("The node did not start."), dataFolder);
    }

    private int PortOf(string listener) =>
        _ports.TryGetValue(listener, out var port) ? port : throw new InvalidOperationException($"no listener {listener}:\n{Log}");

    private void OnLine(string? line)
    {
        if (line is null)
            return;
        // Before those who wait for the line.
        if (ListeningForPeers().Match(line) is { Success: true } peers)
            _ports["peers"] = int.Parse(peers.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        lock (_awaited)
        {
            _log.Enqueue(line);
            foreach (var (_, said) in _awaited.Where(awaited => line.Contains(awaited.Text, StringComparison.Ordinal)))
                said.TrySetResult();
        }

        if (Listening().Match(line) is { Success: true } match)
            _ports[match.Groups[1].Value] = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        if (Ready().IsMatch(line))
            _ready.TrySetResult();
    }

    [GeneratedRegex(@"listening: ""?([\w-]+)""? on ""?\S+:(\d+)\b")]
    private static partial Regex Listening();

    [GeneratedRegex(@"Listening for peers on ""?\S+:(\d+)\b")]
    private static partial Regex ListeningForPeers();

    [GeneratedRegex(@"\bready after \d+")]
    private static partial Regex Ready();
}
