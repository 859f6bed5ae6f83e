using System.Globalization;
using MailCluster.Testing.Postfix;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>A real Postfix before a node: the tests send to it as the world does, and it delivers to the node over LMTP.</summary>
internal static class Mta
{
    public static Task<PostfixServer> StartAsync(NodeProcess node, string? recipientPolicy = null) =>
        PostfixServer.StartAsync(new PostfixSettings { LmtpPort = node.LmtpPort, RecipientPolicy = recipientPolicy });

    /// <summary>
    /// Sends a message by SMTP, its size declared; answers the whole conversation as the errors of the program, whose exit code is 0 if the message was taken.
    /// </summary>
    public static async Task<ProgramResult> SendAsync(this PostfixServer postfix, string from, string to, string subject, int bodyBytes = 100)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("message.eml");
        await File.WriteAllTextAsync(file, $"From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\n\r\n{Body(bodyBytes)}");
        return await ClientProgram.RunAsync(
            "curl",
            [
                "-sSv", string.Create(CultureInfo.InvariantCulture, $"smtp://127.0.0.1:{postfix.Port}/client.example.org"),
                "--mail-from", from, "--mail-rcpt", to, "--upload-file", file,
            ]);
    }

    private static string Body(int bytes) => string.Concat(Enumerable.Repeat("0123456789012345678901234567890123456789012345678901234567\r\n", (bytes / 60) + 1));
}
