using System.Diagnostics;
using System.Text.RegularExpressions;
using MailCluster.Delivery.Programs;
using MailCluster.Delivery.Tests.Programs;

namespace MailCluster.Delivery.Tests.Filters;

/// <summary>
/// The same scripts over the same message with the same programs, here and with Debian's Pigeonhole (<c>sieve-test</c> with its extprograms plugin): the message is filed into the
/// same folders. On purpose not the same, and not here: a filter that writes nothing, a program that does not read its input, a filter without a test that cannot be run.
/// </summary>
[Collection(ProgramCollection.Name)]
public sealed partial class PigeonholeProgramTests : IAsyncLifetime
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Writable = Readable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly ProgramFolder _folder = new();
    private FilterBench _bench = null!;

    public async Task InitializeAsync()
    {
        _bench = await FilterBench.StartAsync();
        _folder.Write("upper", "tr a-z A-Z", Readable);
        _folder.Write("fail", "cat; exit 1", Readable);
        _folder.Write("killed", "kill -9 $$", Readable);
        _folder.Write("args", "for a in \"$@\"; do printf '<%s>' \"$a\"; done", Readable);
        _folder.Write("count", "wc -c | tr -d ' \\n'", Readable);
        _folder.Write("lines", "echo a; echo; echo b", Readable);
        _folder.Write("env", "printf '%s' \"$SENDER $RECIPIENT\"", Readable);
        _folder.Write("mark", "echo 'X-A: 1'; cat", Readable);
        _folder.Write("new", "cat >/dev/null; printf 'From: x@y\\n\\nnew\\n'", Readable);
        _folder.Write("mute", "echo much >&2", Readable);
        _folder.Write("plain", "echo no", UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.SetUnixFileMode(_folder.Root, Writable);
        File.SetUnixFileMode(_folder.Bin, Readable);
    }

    public async Task DisposeAsync()
    {
        await _bench.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("""if execute :input "abc" :output "o" "upper" { fileinto :copy "${o}-x"; }""")]
    [InlineData("""set "o" "old"; if execute :input "abc" :output "o" "fail" { fileinto "yes"; } else { fileinto "no-${o}"; }""")]
    [InlineData("""set "o" "old"; if execute :output "o" "killed" { fileinto "yes"; } else { fileinto "no-${o}"; }""")]
    [InlineData("""if execute "missing" { fileinto "yes"; } else { fileinto "no"; }""")]
    [InlineData("""if execute "plain" { fileinto "yes"; } else { fileinto "no"; }""")]
    [InlineData("""execute :output "o" "args" ["a b", "", "$HOME", "c;d"]; fileinto "${o}";""")]
    [InlineData("""execute :pipe :output "o" "count"; fileinto "${o}";""")]
    [InlineData("execute :input text:\na\nb\n.\n :output \"o\" \"count\"; fileinto \"${o}\";")]
    [InlineData("""execute :output "o" "count"; fileinto "${o}";""")]
    [InlineData("""execute :output "o" "lines"; set :length "n" "${o}"; fileinto "${n}";""")]
    [InlineData("""execute :output "o" "env"; fileinto "${o}";""")]
    [InlineData("""execute :output "o" "mute"; fileinto "is-${o}";""")]
    [InlineData("""if filter "mark" { fileinto :copy "yes"; } if header "X-A" "1" { fileinto :copy "marked"; }""")]
    [InlineData("""filter "mark"; filter "upper"; if header :comparator "i;octet" :contains "Subject" "LUNCH" { fileinto "upper"; }""")]
    [InlineData("""if filter "fail" { fileinto "yes"; } else { fileinto :copy "no"; } if header :contains "Subject" "Lunch" { fileinto "same"; }""")]
    [InlineData("""if filter "killed" { fileinto "yes"; } else { fileinto "no"; }""")]
    [InlineData("""if filter "missing" { fileinto "yes"; } else { fileinto "no"; }""")]
    [InlineData("""filter "new"; if not exists "Subject" { fileinto "new"; }""")]
    [InlineData("""if not allof(execute "upper", filter "fail") { stop; } fileinto "after";""")]
    public async Task The_message_is_filed_as_by_Pigeonhole(string script)
    {
        script = $"""require ["vnd.dovecot.filter", "vnd.dovecot.execute", "copy", "fileinto", "mailbox", "variables"]; {script}""";
        var theirs = await FoldersOfPigeonholeAsync(script);

        await _bench.PutAsync(script.Replace("fileinto \"", "fileinto :create \"", StringComparison.Ordinal).Replace("fileinto :copy", "fileinto :create :copy", StringComparison.Ordinal));
        var kind = new ProgramKindOptions(_folder.Bin, TimeSpan.FromSeconds(30));
        await _bench.DeliverAsync(_bench.Service(new ProgramOptions { Pipe = kind, Filter = kind, Execute = kind }));
        var ours = (await _bench.FolderNamesWithMailAsync()).Order(StringComparer.Ordinal);
        Assert.Equal(theirs.Order(StringComparer.Ordinal), ours);
    }

    private async Task<IEnumerable<string>> FoldersOfPigeonholeAsync(string script)
    {
        var (user, group) = Environment.IsPrivilegedProcess ? ("65534", "65534") : (await OutputAsync("id", "-u"), await OutputAsync("id", "-g"));
        foreach (var name in new[] { "home", "mail", "run" })
            File.SetUnixFileMode(Directory.CreateDirectory(_folder.Note(name)).FullName, Writable);
        await File.WriteAllTextAsync(_folder.Note("dovecot.conf"), $$"""
            base_dir = {{_folder.Note("run")}}
            state_dir = {{_folder.Note("run")}}
            mail_home = {{_folder.Note("home")}}
            mail_location = maildir:{{_folder.Note("mail")}}
            mail_uid = {{user.Trim()}}
            mail_gid = {{group.Trim()}}
            first_valid_uid = 1
            ssl = no
            log_path = /dev/stderr
            plugin {
              sieve_plugins = sieve_extprograms
              sieve_extensions = +vnd.dovecot.filter +vnd.dovecot.execute
              sieve_filter_bin_dir = {{_folder.Bin}}
              sieve_execute_bin_dir = {{_folder.Bin}}
            }

            """);
        await File.WriteAllTextAsync(_folder.Note("script.sieve"), script);
        await File.WriteAllTextAsync(_folder.Note("message.eml"), FilterBench.Plain.ReplaceLineEndings("\r\n"));
        var output = await OutputAsync(
            "sieve-test", "-c", _folder.Note("dovecot.conf"), "-C", "-f", "carol@example.net", "-a", "alice@example.com", "-r", "alice@example.com",
            _folder.Note("script.sieve"), _folder.Note("message.eml"));
        var folders = FolderLine().Matches(output).Select(static line => line.Groups[1].Value.Trim()).ToList();
        Assert.True(folders.Count > 0, output);
        return folders;
    }

    private async Task<string> OutputAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Root })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output + await errors;
    }

    [GeneratedRegex("store message in folder: (.*)")]
    private static partial Regex FolderLine();
}
