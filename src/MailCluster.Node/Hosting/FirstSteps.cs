using MailCluster.Auth.Users;
using MailCluster.Node.Configuration;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

/// <summary>Tells a person who has just started a node for the first time how to go on.</summary>
internal static class FirstSteps
{
    /// <summary>Prints the command that adds an account, if there is none.</summary>
    public static async Task ShowAsync(NodeOptions options, IUserDirectory users, ILogger log, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in users.ListUsersAsync(pattern: null, cancellationToken))
            {
                return;
            }
        }
        catch (UserDirectoryException)
        {
            return; // The user database reports its own troubles.
        }
        NodeLog.NoAccount(log, $"{Mailctl()}{SocketOption(options)} user add alice@example.com");
    }

    /// <summary>mailctl as it can be run from here: beside this program, in the source tree, or on the path.</summary>
    private static string Mailctl()
    {
        var beside = Path.Combine(AppContext.BaseDirectory, "mailctl");
        if (File.Exists(beside))
        {
            return Shorter(beside);
        }
        // …/src/MailCluster.Node/bin/Release/net10.0/
        var sources = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "MailCluster.Ctl"));
        if (!File.Exists(Path.Combine(sources, "MailCluster.Ctl.csproj")))
        {
            return "mailctl";
        }
        var built = Path.Combine(sources, "bin", "Release", "net10.0", "mailctl");
        return File.Exists(built) ? Shorter(built) : $"dotnet run -c Release --project {Shorter(sources)} --";
    }

    private static string SocketOption(NodeOptions options) =>
        options.Listeners.Admin.Socket == Path.GetFullPath(Path.Combine("data", "admin.sock")) ? "" : $" --socket {options.Listeners.Admin.Socket}";

    private static string Shorter(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
