using System.Globalization;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>Logins with curl, from an address of the loopback network.</summary>
internal static class Curl
{
    /// <summary>CURLE_LOGIN_DENIED.</summary>
    public const int LoginDenied = 67;

    /// <summary>Logs in over IMAP without TLS, and says NOOP; returns curl's exit code.</summary>
    public static async Task<int> LogInAsync(int port, string from, string user, string password)
    {
        // In a file: a name may have a colon, a blank, anything.
        var configuration = $"user = \"{Quote(user)}:{Quote(password)}\"\n";
        var result = await ClientProgram.RunAsync(
            "curl",
            ["-s", "-K", "-", "--interface", from, "-X", "NOOP", string.Create(CultureInfo.InvariantCulture, $"imap://127.0.0.1:{port}/")],
            configuration);
        return result.ExitCode;
    }

    private static string Quote(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
