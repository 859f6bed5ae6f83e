namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>Delivers messages one by one over one LMTP connection.</summary>
internal sealed class LmtpClient : LineConnection
{
    private LmtpClient(Stream stream)
        : base(stream)
    {
    }

    public static async Task<LmtpClient> ConnectAsync(int port)
    {
        var client = new LmtpClient(await ConnectAsync(port, tls: false));
        await client.ExpectAsync("220");
        await client.WriteLineAsync("LHLO client.example.com");
        await client.ExpectAsync("250");
        return client;
    }

    /// <summary>Delivers to each recipient; returns the reply of each after the data. Lines of the message end with CRLF.</summary>
    public async Task<string[]> DeliverAsync(ReadOnlyMemory<byte> message, params string[] recipients)
    {
        await WriteLineAsync("MAIL FROM:<sender@example.org>");
        await ExpectAsync("250");
        foreach (var recipient in recipients)
        {
            await WriteLineAsync($"RCPT TO:<{recipient}>");
            await ExpectAsync("250");
        }

        await WriteLineAsync($"BDAT {message.Length} LAST");
        await WriteAsync(message);
        var replies = new string[recipients.Length];
        for (var i = 0; i < replies.Length; i++)
            replies[i] = await ReadReplyAsync();
        return replies;
    }

    private async Task<string> ReadReplyAsync()
    {
        while (true)
        {
            var line = await ReadLineAsync();
            if (line.Length < 4 || line[3] != '-')
                return line;
        }
    }

    private async Task ExpectAsync(string code)
    {
        var reply = await ReadReplyAsync();
        if (!reply.StartsWith(code, StringComparison.Ordinal))
            throw new InvalidOperationException($"expected {code}, got: {reply}");
    }
}
