using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>The messages of the MIME corpus, pathological ones among them, in by LMTP and by APPEND, out by two clients: the same bytes.</summary>
public sealed class CorpusTests
{
    private const string Alice = "alice@example.com";

    [Fact]
    public async Task Every_message_comes_back_as_it_went_in()
    {
        using var folder = new TemporaryFolder();
        await using var node = await NodeProcess.StartAsync(folder.Path);
        await node.AddUserAsync(Alice);
        var corpus = Directory.GetFiles(Path.Combine(Repository.Root, "tests/MailCluster.Mime.Tests/corpus"), "*.eml");
        Array.Sort(corpus, StringComparer.Ordinal);
        Assert.NotEmpty(corpus);

        await using var lmtp = await LmtpClient.ConnectAsync(node.LmtpPort);
        await using var client = await node.ConnectImapAsync(Alice);
        foreach (var file in corpus)
        {
            var message = await File.ReadAllBytesAsync(file);
            Assert.StartsWith("250", (await lmtp.DeliverAsync(message, Alice))[0], StringComparison.Ordinal);
            var answer = await client.AppendAsync("Archive", message);
            Assert.True(answer.IsOk == message.Length > 0, $"{file}: {answer.Tagged}"); // an empty literal is an error (RFC 3502 §6.3.11)
        }

        await client.RequireAsync("SELECT INBOX");
        var delivered = await client.FetchAllAsync();
        await client.RequireAsync("SELECT Archive");
        var appended = await client.FetchAllAsync();
        for (int i = 0, j = 0; i < corpus.Length; i++)
        {
            var message = await File.ReadAllBytesAsync(corpus[i]);
            var stored = message;
            message = AsLiteral(message);
            Assert.True(delivered[i].Body.AsSpan().EndsWith(message), corpus[i]);
            if (message.Length == 0)
                continue;
            var (uid, body) = appended[j++];
            Assert.True(body.AsSpan().SequenceEqual(message), corpus[i]);
            var file = folder.File("curl.out");
            await ClientProgram.RequireAsync(
                "curl",
                [
                    "-sS", "--insecure", "--user", $"{Alice}:{NodeProcess.Password}", "-o", file,
                    $"imaps://127.0.0.1:{node.ImapsPort}/Archive;UID={uid}",
                ]);
            Assert.True((await File.ReadAllBytesAsync(file)).AsSpan().SequenceEqual(message), $"curl: {corpus[i]}");
            if (stored.AsSpan().Contains((byte)0))
                await AssertBinaryAsync(client, uid, stored, corpus[i]);
        }
    }

    private static async Task AssertBinaryAsync(ImapClient client, uint uid, byte[] stored, string file)
    {
        var answer = await client.RequireAsync($"UID FETCH {uid} (BINARY.PEEK[])");
        var line = Assert.Single(answer.Untagged, line => line.Literals.Count == 1);
        Assert.True(line.Literals[0].AsSpan().SequenceEqual(stored), $"BINARY: {file}");
    }

    /// <summary>A literal cannot hold NUL (RFC 9051 §9, CHAR8): it is sent as 0x80, and as it is by BINARY alone.</summary>
    private static byte[] AsLiteral(byte[] message) => Array.ConvertAll(message, b => b == 0 ? (byte)0x80 : b);
}
