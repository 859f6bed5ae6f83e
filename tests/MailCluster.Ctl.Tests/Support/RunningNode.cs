using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MailCluster.Ctl.Tests.Support;

/// <summary>One real node for all tests of a class; each test uses accounts of its own.</summary>
public sealed partial class RunningNode : IAsyncLifetime
{
    public const string Password = "correct-horse";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, int> _ports = [];
    private Process? _process;

    // Short: the path of a Unix socket has at most 107 octets.
    public string Folder { get; } = Directory.CreateTempSubdirectory("mcc").FullName;

    /// <summary>More <c>--set</c> arguments, without the leading <c>mailcluster.</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    public string Socket => Path.Combine(Folder, "data", "admin.sock");

    public int ImapsPort => _ports["imaps"];

    public int HttpPort => _ports["http"];

    public async Task InitializeAsync()
    {
        string[] settings =
        [
            "listeners.imap.enabled=false", "listeners.imaps.address=\"127.0.0.1\"", "listeners.imaps.port=0",
            "listeners.pop3.enabled=false", "listeners.pop3s.enabled=false", "listeners.lmtp.enabled=false", "listeners.managesieve.enabled=false",
            "listeners.http.address=\"127.0.0.1\"", "listeners.http.port=0", "auth.argon2.memory=64KiB", "auth.failure-delay=0s",
            .. Settings,
        ];
        var start = new ProcessStartInfo(Programs.Node, settings.SelectMany(setting => new[] { "--set", "mailcluster." + setting }))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => OnLine(line.Data);
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(_ready.Task, ended).WaitAsync(StartLimit) == ended) Assert.Fail(
            $"the node ended with {_process.ExitCode}:\n{_log}");
    }

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Runs mailctl against this node.</summary>
    internal Task<Outcome> CtlAsync(params string[] arguments) => CtlAsync(input: null, arguments);

    internal Task<Outcome> CtlAsync(byte[]? input, params string[] arguments) =>
        Programs.RunAsync(Programs.Ctl, ["--socket", Socket, .. arguments], input);

    /// <summary>Runs mailctl, requires success, and returns the rows of its JSON output.</summary>
    internal async Task<List<JsonElement>> RowsAsync(params string[] arguments)
    {
        var outcome = await CtlAsync(["--format", "json", .. arguments]);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        using var document = JsonDocument.Parse(outcome.Octets);
        return [.. document.RootElement.EnumerateArray().Select(row => row.Clone())];
    }

    internal async Task<string> OkAsync(params string[] arguments)
    {
        var outcome = await CtlAsync(arguments);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        return outcome.Output;
    }

    public async Task AddUserAsync(string user)
    {
        var outcome = await CtlAsync(Encoding.UTF8.GetBytes(Password + "\n"), "user", "add", user, "--password-stdin");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal($"{user}: added\n", outcome.Output);
    }

    internal async Task SaveAsync(string user, string message, params string[] options)
    {
        var outcome = await CtlAsync(Encoding.UTF8.GetBytes(message), ["save", "-u", user, .. options]);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
    }

    private void OnLine(string? line)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
        if (Listening().Match(line) is { Success: true } match) _ports[match.Groups[1].Value] = int.Parse(
            match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        if (line.Contains("ready after", StringComparison.Ordinal)) _ready.TrySetResult();
    }

    [GeneratedRegex(@"listening: (\w+) on \S+:(\d+)\b")]
    private static partial Regex Listening();
}

[CollectionDefinition(Name)]
public sealed class NodeCollection : ICollectionFixture<RunningNode>
{
    public const string Name = "one node";
}
