using System.Text;
using MailCluster.Ctl.Tests.Support;

namespace MailCluster.Ctl.Tests;

/// <summary>Scripts that are tried out on a node whose operator has scripts of his own.</summary>
public sealed class SieveStageTests : IAsyncLifetime
{
    private const string User = "alice@example.com";

    private readonly string _scripts = Directory.CreateTempSubdirectory("mcs").FullName;
    private RunningNode _node = null!;

    public async Task InitializeAsync()
    {
        Write("before", "require [\"fileinto\", \"copy\"]; if header :contains \"subject\" \"copy\" { fileinto :copy \"Archive\"; }");
        Write("after", "if header :contains \"subject\" \"junk\" { discard; }");
        Write("team", "require \"fileinto\"; if header :contains \"subject\" \"team\" { fileinto \"Sent\"; stop; }");
        _node = new RunningNode
        {
            Settings = [$"sieve.before=[\"{PathOf("before")}\"]", $"sieve.after=[\"{PathOf("after")}\"]", $"sieve.global-dir=\"{_scripts}\""],
        };
        await _node.InitializeAsync();
        await _node.AddUserAsync(User);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        Directory.Delete(_scripts, recursive: true);
    }

    [Fact]
    public async Task What_is_tried_is_what_a_delivery_runs_and_a_script_that_is_named_runs_alone()
    {
        // Without a script of the user's the operator's run.
        Assert.Equal("action: fileinto \"Archive\"\naction: keep (implicit)\n", await TestAsync("copy"));
        Assert.Equal("action: discard\n", await TestAsync("junk"));

        await _node.CtlAsync("require \"include\"; include :global \"team\"; if header :is \"subject\" \"copy\" { keep; }"u8.ToArray(), "sieve", "put", "-u", User, "--activate", "main");
        Assert.Equal("action: fileinto \"Sent\"\n", await TestAsync("team junk"));
        Assert.Equal("action: fileinto \"Archive\"\naction: fileinto \"Sent\"\n", await TestAsync("team copy"));
        Assert.Equal("action: discard\n", await TestAsync("junk"));

        Assert.Equal("action: keep (implicit)\n", await TestAsync("junk", "--name", "main"));
        Assert.Equal("action: discard\n", await TestAsync("junk", "--name", "main", "--whole"));
        Write("alone", "keep;");
        Assert.Equal("action: keep\n", await TestAsync("copy junk", "--script", PathOf("alone")));
        Assert.Equal("action: fileinto \"Archive\"\n", await TestAsync("copy junk", "--script", PathOf("alone"), "--whole"));
    }

    [Fact]
    public async Task A_file_of_the_operators_with_an_error_is_told_and_stops_a_filter()
    {
        await _node.SaveAsync(User, "Subject: junk\n\nx\n");
        Assert.Equal(["1 deleted"], await FilterAsync());
        Write("after", "no such command;");
        // Files are looked at once a second.
        string tested;
        do
        {
            tested = await TestAsync("junk");
        }
        while (tested == "action: discard\n");
        Assert.Matches("^error: after does not compile, and nothing behind it is run: .*\naction: keep \\(implicit\\)\n$", tested);
        Assert.Equal(65, (await _node.CtlAsync("sieve", "filter", "-u", User, "INBOX")).ExitCode);
    }

    private string PathOf(string name) => Path.Combine(_scripts, name + ".sieve");

    private void Write(string name, string script) => File.WriteAllText(PathOf(name), script);

    private async Task<string> TestAsync(string subject, params string[] options) =>
        (await _node.CtlAsync(Encoding.UTF8.GetBytes($"Subject: {subject}\n\nx\n"), ["sieve", "test", "-u", User, .. options])).Output;

    private async Task<List<string>> FilterAsync() =>
    [
        .. (await _node.RowsAsync("sieve", "filter", "-u", User, "--discard", "delete", "INBOX")).Select(row =>
            $"{row.GetProperty("uid").GetInt32()} {row.GetProperty("result").GetString()}"),
    ];
}
