using System.ComponentModel;
using System.Diagnostics;

namespace MailCluster.Ctl;

/// <summary>
/// The node's own program, for what is done without a running node: it alone knows the storage and the configuration. It writes to this terminal and its exit
/// code is mailctl's.
/// </summary>
internal static class ServerProgram
{
    private const string Name = "mailcluster";

    /// <exception cref="CtlException">It is not there.</exception>
    public static Task<int> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) => RunAsync(arguments, null, cancellationToken);

    /// <param name="arguments">Its command line.</param>
    /// <param name="input">What it reads on standard input instead of this terminal; null: the terminal.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <exception cref="CtlException">It is not there.</exception>
    public static async Task<int> RunAsync(IEnumerable<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var path = Find(AppContext.BaseDirectory, File.Exists);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardInput = input is not null })
                ?? throw new CtlException(ExitCodes.Internal, $"{path} did not start");
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input);
                process.StandardInput.Close();
            }
            // Ctrl-C reaches it too; it ends in its own way and is waited for.
            await process.WaitForExitAsync(CancellationToken.None);
            return cancellationToken.IsCancellationRequested && process.ExitCode == 0 ? ExitCodes.Interrupted : process.ExitCode;
        }
        catch (Win32Exception error)
        {
            throw new CtlException(ExitCodes.Unavailable, $"the program {path} cannot be run ({error.Message}); run mailctl where {Name} is installed", error);
        }
    }

    /// <summary>Beside mailctl, in the source tree, or on the path.</summary>
    internal static string Find(string directory, Func<string, bool> exists)
    {
        var beside = Path.Combine(directory, Name);
        if (exists(beside)) return beside;
        // …/src/MailCluster.Ctl/bin/Release/net10.0/
        var build = directory.TrimEnd('/').Replace("MailCluster.Ctl", "MailCluster.Node", StringComparison.Ordinal);
        var built = Path.Combine(build, Name);
        return build != directory.TrimEnd('/') && exists(built) ? built : Name;
    }
}
