using System.Text;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>A POP3 session.</summary>
internal sealed class Pop3Client : LineConnection
{
    private Pop3Client(Stream stream)
        : base(stream)
    {
    }

    /// <summary>Connects, over TLS, and logs in.</summary>
    public static async Task<Pop3Client> ConnectAsync(int port, string user, string password)
    {
        var client = new Pop3Client(await ConnectAsync(port, tls: true));
        try
        {
            Require(await client.ReadLineAsync());
            await client.RequireAsync($"USER {user}");
            await client.RequireAsync($"PASS {password}");
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a command; its reply is left to <see cref="ReplyAsync"/>.</summary>
    public Task SendAsync(string command) => WriteLineAsync(command);

    /// <summary>The first line of the next reply.</summary>
    public Task<string> ReplyAsync() => ReadLineAsync();

    /// <summary>One command with a reply of one line, which must be +OK.</summary>
    public async Task<string> RequireAsync(string command)
    {
        await SendAsync(command);
        return Require(await ReplyAsync());
    }

    /// <summary>One command with a reply of many lines; they come without their doubled dots, each with its CRLF.</summary>
    public async Task<string> RequireLinesAsync(string command)
    {
        await RequireAsync(command);
        var text = new StringBuilder();
        while (await ReadLineAsync() is var line && line != ".")
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        return text.ToString();
    }

    private static string Require(string reply) =>
        reply.StartsWith("+OK", StringComparison.Ordinal) ? reply : throw new InvalidOperationException($"expected +OK, got: {reply}");
}
