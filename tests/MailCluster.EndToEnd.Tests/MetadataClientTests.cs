using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Annotations from end to end: set by Python's imaplib and by mailctl, kept over kill -9, tested by a script at delivery.</summary>
public sealed class MetadataClientTests : IDisposable
{
    private const string Alice = "alice@example.com";

    private const string Script = """
        require ["mboxmetadata", "servermetadata", "fileinto", "mailbox"];
        if allof (metadata :contains "INBOX" "/private/comment" "file", servermetadataexists "/shared/admin") { fileinto :create "Filed"; }
        """;

    private const string Connect = """
        import imaplib, ssl, sys
        client = imaplib.IMAP4("localhost", int(sys.argv[1]))
        client.starttls(ssl._create_unverified_context())
        client.login(sys.argv[2], sys.argv[3])
        imaplib.Commands.update({"GETMETADATA": ("AUTH", "SELECTED"), "SETMETADATA": ("AUTH", "SELECTED")})
        def get(*arguments):
            kind, data = client.xatom("GETMETADATA", *arguments)
            print(kind, data[-1].decode(), client.response("METADATA")[1])

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_imaplib_sets_survives_the_node_and_files_mail()
    {
        await using (var node = await StartAsync())
        {
            await node.AddUserAsync(Alice);
            await node.CtlWithInputAsync(Script, "sieve", "put", "-u", Alice, "--activate", "main");
            var answer = await ImaplibAsync(
                node,
                """
                print(b"METADATA" in client.capability()[1][0].split())
                print(client.xatom("SETMETADATA", "INBOX", '(/private/comment "please file this" /shared/comment NIL)')[0])
                get("INBOX", "(/private/comment /shared/comment)")
                get("(DEPTH infinity MAXSIZE 5)", "INBOX", "/private")
                get('""', "/shared/admin")
                """);
            Assert.Equal(
                [
                    "True",
                    "OK",
                    "OK Done [b'INBOX (/private/comment \"please file this\" /shared/comment NIL)']",
                    // imaplib keeps the response code under the same name.
                    "OK [METADATA LONGENTRIES 16] Larger values were left out [b'LONGENTRIES 16']",
                    "OK Done [b'\"\" (/shared/admin \"mailto:postmaster@example.com\")']",
                ],
                answer);
            await node.KillAsync();
        }

        await using var next = await StartAsync();
        Assert.Equal(
            ["OK Done [b'INBOX (/private/comment \"please file this\")']"], await ImaplibAsync(next, "get(\"INBOX\", \"(/private/comment)\")"));
        await DeliverAsync(next);
        Assert.Equal(0, (await next.CtlAsync("mailbox", "metadata", "set", "-u", Alice, "INBOX", "/private/comment", "leave it")).ExitCode);
        await DeliverAsync(next);

        await using var client = await next.ConnectImapAsync(Alice);
        foreach (var folder in (string[])["Filed", "INBOX"])
        {
            await client.RequireAsync($"SELECT {folder}");
            Assert.Single(await client.FetchAllAsync());
        }
    }

    private Task<NodeProcess> StartAsync() => NodeProcess.StartAsync(_folder.Path, "annotations.server-admin=\"mailto:postmaster@example.com\"");

    private static async Task<string[]> ImaplibAsync(NodeProcess node, string script)
    {
        var answer = await ClientProgram.RequireAsync("python3", ["-c", Connect + script, $"{node.ImapPort}", Alice, NodeProcess.Password]);
        return answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task DeliverAsync(NodeProcess node)
    {
        await using var lmtp = await LmtpClient.ConnectAsync(node.LmtpPort);
        var answers = await lmtp.DeliverAsync("From: bob@example.org\r\nSubject: x\r\n\r\nx\r\n"u8.ToArray(), Alice);
        Assert.StartsWith("250", Assert.Single(answers), StringComparison.Ordinal);
    }
}
