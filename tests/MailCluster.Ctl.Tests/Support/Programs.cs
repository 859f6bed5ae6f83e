using System.Diagnostics;
using System.Text;

namespace MailCluster.Ctl.Tests.Support;

/// <summary>What a run of a program left.</summary>
internal sealed record Outcome(int ExitCode, byte[] Octets, string Errors)
{
    public string Output => Encoding.UTF8.GetString(Octets);

    public override string ToString() => $"exit {ExitCode}\n{Output}\n{Errors}";
}

/// <summary>The programs under test, and running them bounded in time.</summary>
internal static class Programs
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static string Root { get; } = FindRoot();

    private static string Configuration { get; } = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    public static string Node { get; } = Path.Combine(Root, "src/MailCluster.Node/bin", Configuration, "net10.0/mailcluster");

    public static string Ctl { get; } = Path.Combine(Root, "src/MailCluster.Ctl/bin", Configuration, "net10.0/mailctl");

    public static async Task<Outcome> RunAsync(
        string program, IEnumerable<string> arguments, byte[]? input = null, string? folder = null, IReadOnlyDictionary<string,
        string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = folder ?? "",
        };
        start.Environment.Remove("MAILCTL_SOCKET");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        using var output = new MemoryStream();
        var copying = process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            try
            {
                if (input is not null) await process.StandardInput.BaseStream.WriteAsync(input, limit.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading; its exit code tells why.
            }
            await process.WaitForExitAsync(limit.Token);
            await copying;
            return new Outcome(process.ExitCode, output.ToArray(), await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Limit}");
        }
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MailCluster.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("MailCluster.sln is in no folder above the tests");
        return folder;
    }
}
