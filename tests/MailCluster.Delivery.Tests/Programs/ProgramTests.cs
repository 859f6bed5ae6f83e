using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using MailCluster.Delivery.Programs;
using MailCluster.Mailboxes;
using MailCluster.Sieve;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Tests.Programs;

/// <summary>Real programs, good and bad, run as scripts would run them.</summary>
[Collection(ProgramCollection.Name)]
public sealed class ProgramTests : IDisposable
{
    private static readonly ProgramContext s_context = new(AccountId.Create("alice@example.com"), "carol@example.net", "alice+x@example.com", "a@example.com", "s");

    private readonly ProgramFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_program_gets_its_arguments_as_they_are_and_an_environment_of_its_own()
    {
        _folder.Write("show", """tr '\0' '\n' </proc/$$/environ | sort; pwd; for a in "$@"; do printf '<%s>' "$a"; done; cat""");
        string[] arguments = ["", "$(exit)`exit`", "a b;\"'\n", "-n", "Zoë"];
        var result = await RunAsync("show", arguments, "body");

        // The shell itself may tell where it is, and was.
        Assert.True(result.IsSuccess);
        Assert.Equal(
            "HOME=/home/alice\nHOST=mail.example.com\nLANG=C.UTF-8\nORIG_RECIPIENT=a@example.com\nPATH=/usr/local/bin:/usr/bin:/bin\nRECIPIENT=alice+x@example.com\n"
            + "SENDER=carol@example.net\nUSER=alice@example.com\n/\n<><$(exit)`exit`><a b;\"'\n><-n><Zoë>body",
            string.Join('\n', Text(result).Split('\n').Where(static line => !line.StartsWith("PWD=", StringComparison.Ordinal) && !line.StartsWith("OLDPWD=", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task No_descriptor_of_the_node_is_inherited()
    {
        var secret = _folder.Note("secret");
        await File.WriteAllTextAsync(secret, "x");
        using var file = File.OpenHandle(secret);
        var leaked = dup((int)file.DangerousGetHandle());
        try
        {
            _folder.Write("files", "for f in /proc/$$/fd/*; do readlink $f; done; exit 0");
            var links = Text(await RunAsync("files"));
            Assert.Contains("pipe:", links, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, links, StringComparison.Ordinal);
            Assert.DoesNotContain("socket:", links, StringComparison.Ordinal);
        }
        finally
        {
            _ = close(leaked);
        }
    }

    [Fact]
    public async Task Much_goes_in_and_out_at_the_same_time()
    {
        _folder.Write("echo", "head -c 3000000 /dev/zero >&2; cat");
        var input = new byte[8 << 20];
        new Random(5).NextBytes(input);
        var result = await Programs().RunAsync(SieveProgramKind.Execute, "echo", [], LineEnds.ToCrLf(input), s_context, default);
        Assert.True(result.IsSuccess);
        Assert.True(result.Output.Span.SequenceEqual(LineEnds.ToCrLf(input).Span));
    }

    [Theory]
    [InlineData("exit 0")]
    [InlineData("exec 0<&-; exit 0")]
    public async Task What_a_program_does_not_read_is_its_affair(string program)
    {
        _folder.Write("deaf", program);
        Assert.True((await RunAsync("deaf", input: new string('x', 4 << 20))).IsSuccess);
    }

    [Fact]
    public async Task A_program_that_hangs_is_killed_with_its_children()
    {
        _folder.Write("hang", $"sleep 100000 & echo $! $$ > {_folder.Note("pids.new")}; mv {_folder.Note("pids.new")} {_folder.Note("pids")}; wait");
        var run = RunAsync("hang").AsTask();
        await Poll.UntilAsync(() => File.Exists(_folder.Note("pids")));
        Assert.False(run.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(10));
        var result = await run;

        Assert.Equal((137, "it was not done after 10 s"), (result.ExitCode, result.Problem));
        var processes = (await File.ReadAllTextAsync(_folder.Note("pids"))).Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        await Poll.UntilAsync(() => !processes.Any(ProgramFolder.IsRunning));
    }

    [Fact]
    public async Task What_is_cancelled_is_killed()
    {
        _folder.Write("hang", $"echo > {_folder.Note("runs")}; sleep 100000");
        using var cancellation = new CancellationTokenSource();
        var run = Programs().RunAsync(SieveProgramKind.Execute, "hang", [], default, s_context, cancellation.Token).AsTask();
        await Poll.UntilAsync(() => File.Exists(_folder.Note("runs")));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_node_that_stops_ends_its_programs_and_puts_the_message_off()
    {
        _folder.Write("hang", $"echo $$ > {_folder.Note("pid.new")}; mv {_folder.Note("pid.new")} {_folder.Note("pid")}; sleep 100000");
        var programs = Programs();
        var run = programs.RunAsync(SieveProgramKind.Pipe, "hang", [], default, s_context, default).AsTask();
        await Poll.UntilAsync(() => File.Exists(_folder.Note("pid")));
        programs.Dispose();
        await Assert.ThrowsAsync<SieveHostUnavailableException>(() => run);
        var process = int.Parse(await File.ReadAllTextAsync(_folder.Note("pid")), CultureInfo.InvariantCulture);
        await Poll.UntilAsync(() => !ProgramFolder.IsRunning(process));
    }

    [Fact]
    public async Task Children_that_stay_behind_hold_up_nobody_and_go_too()
    {
        _folder.Write("parent", "sleep 100000 & echo $!");
        var result = await RunAsync("parent");
        Assert.True(result.IsSuccess);
        var child = int.Parse(Text(result), CultureInfo.InvariantCulture);
        await Poll.UntilAsync(() => !ProgramFolder.IsRunning(child));
    }

    /// <summary>The first process of a container inherits what loses its parent, and must take its end.</summary>
    [Fact]
    public async Task Children_that_were_inherited_do_not_stay_in_the_table()
    {
        const int SetChildSubreaper = 36;
        _folder.Write("parent", "sleep 100000 & sleep 100000 & echo $!");
        Assert.Equal(0, prctl(SetChildSubreaper, 1, 0, 0, 0));
        try
        {
            Assert.False(Directory.Exists("/proc/" + Text(await RunAsync("parent")).Trim()));
        }
        finally
        {
            Assert.Equal(0, prctl(SetChildSubreaper, 0, 0, 0, 0));
        }
    }

    [Fact]
    public async Task A_child_in_a_session_of_its_own_that_keeps_the_pipes_holds_up_nobody()
    {
        _folder.Write("daemon", "setsid sleep 100000 & echo $!; while [ \"$(cut -d ' ' -f 6 /proc/$!/stat)\" != $! ]; do :; done");
        var result = await RunAsync("daemon");
        Assert.True(result.IsSuccess);
        using var child = System.Diagnostics.Process.GetProcessById(int.Parse(Text(result), CultureInfo.InvariantCulture));
        Assert.False(child.HasExited);
        child.Kill();
    }

    [Theory]
    [InlineData(SieveProgramKind.Execute)]
    [InlineData(SieveProgramKind.Filter)]
    public async Task A_program_that_floods_is_stopped(SieveProgramKind kind)
    {
        _folder.Write("flood", "exec yes");
        var result = await RunAsync("flood", kind: kind);
        Assert.Equal((false, "it wrote more than 16777216 octets"), (result.IsSuccess, result.Problem));
        Assert.Equal(0, result.Output.Length);
    }

    [Fact]
    public async Task What_a_pipe_writes_is_not_kept()
    {
        _folder.Write("loud", "head -c 40000000 /dev/zero");
        var result = await RunAsync("loud", kind: SieveProgramKind.Pipe);
        Assert.True(result.IsSuccess);
        Assert.Equal(0, result.Output.Length);
    }

    [Theory]
    [InlineData("exit 3", 3, null)]
    [InlineData("kill -9 $$", 137, "it was ended by signal 9")]
    [InlineData("kill -PIPE $$", 141, "it was ended by signal 13")]
    [InlineData("#!/nowhere/interpreter", 127, null)]
    public async Task Bad_ends_are_told(string program, int exitCode, string? problem)
    {
        _folder.Write("bad", program);
        var result = await RunAsync("bad");
        Assert.False(result.IsSuccess);
        Assert.Equal((exitCode, problem), (result.ExitCode, result.Problem));
    }

    [Fact]
    public async Task Memory_is_limited()
    {
        _folder.Write("greedy", "#!/usr/bin/perl\nmy $x = 'a' x (1 << 29); print length $x;\n");
        Assert.False((await RunAsync("greedy", options: Options() with { MemoryMax = 64 << 20 })).IsSuccess);
        Assert.Equal("536870912", Text(await RunAsync("greedy", options: Options() with { MemoryMax = 4L << 30 })));
    }

    [Fact]
    public async Task Processor_time_is_limited()
    {
        _folder.Write("busy", "while :; do :; done");
        var result = await RunAsync("busy", options: Options() with { CpuTimeMax = TimeSpan.FromSeconds(1) });
        Assert.Equal("it was ended by signal 24", result.Problem);
    }

    [Fact]
    public async Task Only_so_many_run_at_a_time_and_who_waits_too_long_is_put_off()
    {
        _folder.Write("hang", $"echo > {_folder.Note("runs")}; sleep 100000");
        _folder.Write("quick", "echo done");
        using var programs = Programs(Options() with { AtOnceMax = 1, WaitMax = TimeSpan.FromSeconds(5) });
        var first = programs.RunAsync(SieveProgramKind.Execute, "hang", [], default, s_context, default).AsTask();
        await Poll.UntilAsync(() => File.Exists(_folder.Note("runs")));
        var second = programs.RunAsync(SieveProgramKind.Execute, "quick", [], default, s_context, default).AsTask();
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<SieveHostUnavailableException>(() => second);

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False((await first).IsSuccess);
        Assert.True((await programs.RunAsync(SieveProgramKind.Execute, "quick", [], default, s_context, default)).IsSuccess);
    }

    [Fact]
    public async Task Programs_are_found_in_their_directory_and_nowhere_else()
    {
        _folder.Write("good", "echo good");
        _folder.Write("plain", "echo bad", UnixFileMode.UserRead);
        _folder.Write("open", "echo bad", (UnixFileMode)0b111_111_111);
        Directory.CreateDirectory(Path.Combine(_folder.Bin, "directory"));
        File.CreateSymbolicLink(Path.Combine(_folder.Bin, "same"), "good");
        File.CreateSymbolicLink(Path.Combine(_folder.Bin, "out"), "/bin/echo");
        File.CreateSymbolicLink(Path.Combine(_folder.Bin, "up"), "../bin/good");
        File.CreateSymbolicLink(Path.Combine(_folder.Bin, "gone"), "nothing");
        await File.WriteAllTextAsync(Path.Combine(_folder.Root, "outside"), "#!/bin/sh\necho bad");

        Assert.Equal("good\n", Text(await RunAsync("good")));
        Assert.Equal("good\n", Text(await RunAsync("same")));
        Assert.Equal("good\n", Text(await RunAsync("up")));
        foreach (var name in new[] { "plain", "open", "directory", "out", "gone", "missing", "../outside", "../bin/good", "/bin/echo", "", ".", "..", "good\0" })
        {
            var result = await RunAsync(name);
            Assert.False(result.IsSuccess);
            Assert.NotNull(result.Problem);
            Assert.Equal(0, result.Output.Length);
        }
    }

    [Fact]
    public async Task A_directory_behind_a_link_is_as_good_and_one_that_all_can_write_to_is_not()
    {
        _folder.Write("good", "echo good");
        File.CreateSymbolicLink(Path.Combine(_folder.Bin, "same"), "good");
        var link = _folder.Note("link");
        Directory.CreateSymbolicLink(link, _folder.Bin);
        var options = Options() with { Execute = new ProgramKindOptions(link, TimeSpan.FromSeconds(10)) };
        Assert.Equal("good\n", Text(await RunAsync("good", options: options)));
        Assert.Equal("good\n", Text(await RunAsync("same", options: options)));

        File.SetUnixFileMode(_folder.Bin, (UnixFileMode)0b111_111_111);
        Assert.Contains("everybody can write", (await RunAsync("good")).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_that_no_program_can_have_are_refused()
    {
        _folder.Write("good", "echo good");
        Assert.NotNull((await RunAsync("good", ["a\0b"])).Problem);
        Assert.Contains("cannot be started", (await RunAsync("good", [new string('x', 4 << 20)])).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ProgramLineEnd.CrLf, "a\nb\r\n\nc", "a\r\nb\r\n\r\nc")]
    [InlineData(ProgramLineEnd.Lf, "a\r\nb\n\r\nc", "a\nb\n\nc")]
    public async Task Lines_end_as_the_program_wants_them_and_a_message_comes_back_as_mail(ProgramLineEnd lineEnd, string input, string seen)
    {
        _folder.Write("keep", $"tee {_folder.Note("seen")}");
        var options = Options() with { Filter = new ProgramKindOptions(_folder.Bin, TimeSpan.FromSeconds(10), lineEnd) };
        var result = await RunAsync("keep", input: input, kind: SieveProgramKind.Filter, options: options);
        Assert.Equal(seen, await File.ReadAllTextAsync(_folder.Note("seen")));
        Assert.Equal("a\r\nb\r\n\r\nc", Text(result));
    }

    [Fact]
    public async Task Without_a_directory_there_is_no_program()
    {
        var result = await ScriptPrograms.None.RunAsync(SieveProgramKind.Pipe, "x", [], default, s_context, default);
        Assert.Equal((127, "no programs are configured (sieve.programs.pipe.bin-dir)"), (result.ExitCode, result.Problem));
    }

    private ProgramOptions Options()
    {
        var kind = new ProgramKindOptions(_folder.Bin, TimeSpan.FromSeconds(10));
        return new ProgramOptions { Pipe = kind, Filter = kind, Execute = kind, HostName = "mail.example.com", OutputMax = 16 << 20 };
    }

    private ScriptPrograms Programs(ProgramOptions? options = null) => new(options ?? Options(), new Owners(), _time, NullLogger<ScriptPrograms>.Instance);

    private async ValueTask<ProgramResult> RunAsync(
        string name, string[]? arguments = null, string input = "", SieveProgramKind kind = SieveProgramKind.Execute, ProgramOptions? options = null)
    {
        using var programs = Programs(options);
        return await programs.RunAsync(kind, name, arguments ?? [], Encoding.UTF8.GetBytes(input), s_context, default);
    }

    private static string Text(ProgramResult result) => Encoding.UTF8.GetString(result.Output.Span);

    [DllImport("libc")]
    private static extern int prctl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [DllImport("libc")]
    private static extern int dup(int descriptor);

    [DllImport("libc")]
    private static extern int close(int descriptor);

    private sealed class Owners : IScriptOwners
    {
        public ValueTask<IReadOnlyDictionary<string, string>> FieldsAsync(AccountId account, CancellationToken cancellationToken) =>
            new(new Dictionary<string, string> { ["home"] = "/home/alice" });
    }
}
