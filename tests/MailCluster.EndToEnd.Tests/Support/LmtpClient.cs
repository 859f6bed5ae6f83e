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

    /// <summary>
    /// Delivers to each recipient; returns the reply of each after the data, or, if one is refused for now before it, that refusal alone. Lines of the message
    /// end with CRLF.
    /// </summary>
    public async Task<string[]> DeliverAsync(ReadOnlyMemory<byte> message, params string[] recipients)
    {
        await WriteLineAsync("MAIL FROM:<sender@example.org>");
        await ExpectAsync("250");
        foreach (var recipient in recipients)
        {
            await WriteLineAsync($"RCPT TO:<{recipient}>");
            var reply = await ReadReplyAsync();
            if (reply.StartsWith('4'))
            {
                await WriteLineAsync("RSET");
                await ExpectAsync("250");
                return [reply];
            }

            Expect("250", reply);
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
            // RFC 5321 §3.8: with these words the server closes, whatever it was asked.
            if (line.StartsWith("421", StringComparison.Ordinal))
                throw new EndOfStreamException(line);
            if (line.Length < 4 || line[3] != '-')
                return line;
        }
    }

    private async Task ExpectAsync(string code) => Expect(code, await ReadReplyAsync());

    private static void Expect(string code, string reply)
    {
        if (!reply.StartsWith(code, StringComparison.Ordinal))
            throw new InvalidOperationException($"expected {code}, got: {reply}");
    }
}
