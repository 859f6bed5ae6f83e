namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>Says SMTP commands as a test writes them, and requires that each is taken.</summary>
internal sealed class SmtpTalk : LineConnection
{
    private SmtpTalk(Stream stream)
        : base(stream)
    {
    }

    public static async Task<SmtpTalk> ConnectAsync(int port)
    {
        var talk = new SmtpTalk(await ConnectAsync(port, tls: false));
        await talk.ReplyAsync('2');
        await talk.SayAsync("EHLO client.example.org");
        return talk;
    }

    public async Task SayAsync(string command, char expected = '2')
    {
        await WriteLineAsync(command);
        await ReplyAsync(expected);
    }

    private async Task ReplyAsync(char expected)
    {
        string line;
        do
            line = await ReadLineAsync();
        while (line.Length > 3 && line[3] == '-');
        if (line[0] != expected)
            throw new InvalidOperationException(line);
    }
}
