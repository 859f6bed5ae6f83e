using System.Globalization;
using MailCluster.Testing.Postfix;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>A real Postfix before a node: the tests send to it as the world does, and it delivers to the node over LMTP.</summary>
internal static class Mta
{
    public static Task<PostfixServer> StartAsync(NodeProcess node, string? recipientPolicy = null) =>
        PostfixServer.StartAsync(new PostfixSettings { LmtpPort = node.LmtpPort, RecipientPolicy = recipientPolicy });

    /// <summary>Sends a message by SMTP; the answer is the whole conversation, whatever its end.</summary>
    public static Task<ProgramResult> SendAsync(this PostfixServer postfix, string from, string to, string subject, int bodyBytes = 100) =>
        ClientProgram.RunAsync(
            "swaks",
            [
                "--server", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{postfix.Port}"), "--helo", "client.example.org",
                "--from", from, "--to", to, "--header", "Subject: " + subject, "--body", "-",
            ],
            Body(bodyBytes));

    private static string Body(int bytes) => string.Concat(Enumerable.Repeat("0123456789012345678901234567890123456789012345678901234567\r\n", (bytes / 60) + 1));
}
