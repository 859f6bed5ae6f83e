using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace MailCluster.Sieve.Tests.Pigeonhole;

/// <summary>
/// Debian's Pigeonhole, through its <c>sieve-test</c>: runs a script over a message in a directory of its own, with a Dovecot configuration of its own, and
/// reads what it prints. Nothing is delivered or sent.
/// </summary>
internal sealed class SieveTestProgram : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sieve-test-");
    private int _runs;

    public SieveTestProgram()
    {
        // Dovecot refuses to read mail as root, so it is told another user; scripts are compiled to files beside them.
        var (user, group) = Environment.IsPrivilegedProcess ? ("65534", "65534") : (Id("-u"), Id("-g"));
        const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
            | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_folder.FullName, Open);
        foreach (var name in new[] { "home", "mail", "run" })
            File.SetUnixFileMode(_folder.CreateSubdirectory(name).FullName, Open);
        File.WriteAllText(Configuration, $$"""
            base_dir = {{_folder.FullName}}/run
            state_dir = {{_folder.FullName}}/run
            mail_home = {{_folder.FullName}}/home
            mail_location = maildir:{{_folder.FullName}}/mail
            mail_uid = {{user}}
            mail_gid = {{group}}
            first_valid_uid = 1
            ssl = no
            log_path = /dev/stderr
            plugin {
              sieve_extensions = +editheader +vnd.dovecot.debug +vacation-seconds
              sieve_max_actions = 0
              sieve_max_redirects = 100
            }

            """);
    }

    private string Configuration => Path.Combine(_folder.FullName, "dovecot.conf");

    /// <summary>Runs a script over a message.</summary>
    /// <param name="from">The envelope's sender.</param>
    /// <param name="to">The envelope's recipient.</param>
    public PigeonholeResult Run(string script, ReadOnlySpan<byte> message, string from, string to)
    {
        var name = Path.Combine(_folder.FullName, string.Create(CultureInfo.InvariantCulture, $"s{Interlocked.Increment(ref _runs)}"));
        File.WriteAllText(name + ".sieve", script);
        File.WriteAllBytes(name + ".eml", message);
        var start = new ProcessStartInfo("sieve-test", ["-c", Configuration, "-C", "-f", from, "-a", to, "-r", to, name + ".sieve", name + ".eml"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = _folder.FullName,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        var result = new PigeonholeResult(output, errors.GetAwaiter().GetResult());
        process.WaitForExit();
        foreach (var extension in new[] { ".sieve", ".eml", ".svbin" })
            File.Delete(name + extension);
        return result;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Id(string option)
    {
        using var process = Process.Start(new ProcessStartInfo("id", [option]) { RedirectStandardOutput = true })!;
        var id = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return id;
    }
}
