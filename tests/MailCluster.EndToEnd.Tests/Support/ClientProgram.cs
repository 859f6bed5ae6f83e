using System.Diagnostics;
using System.Text;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>What a program that ran to its end did.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    public override string ToString() => $"exit {ExitCode}\n--- output\n{Output}\n--- errors\n{Errors}";
}

/// <summary>Runs client programs, bounded in time.</summary>
internal static class ClientProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>How long a killed program's output is waited for: what it started may hold the pipe.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

    public static async Task<ProgramResult> RunAsync(
        string program, IEnumerable<string> arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input; its exit code says what that means.
        }

        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new ProgramResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(LastWords, TimeProvider.System, CancellationToken.None));
            throw new TimeoutException(
                $"{program} {string.Join(' ', arguments)} did not end within {Limit}.\n--- output\n{SoFar(output)}\n--- errors\n{SoFar(errors)}");
        }
    }

    /// <summary>As <see cref="RunAsync"/>, and fails the test unless the program exits with 0.</summary>
    public static async Task<ProgramResult> RequireAsync(
        string program, IEnumerable<string> arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var result = await RunAsync(program, arguments, input, environment);
        Assert.True(result.ExitCode == 0, $"{program}: {result}");
        return result;
    }

    private static string SoFar(Task<string> text) => text.IsCompletedSuccessfully ? text.Result : "(still open)";
}
