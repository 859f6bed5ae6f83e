using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>A connection that says what it is told to and keeps to no protocol.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _client;
    private Stream _stream;

    private RawConnection(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    public static async Task<RawConnection> ConnectAsync(int port)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port);
        return new RawConnection(client);
    }

    public async Task BeginTlsAsync()
    {
        var secure = new SslStream(_stream, false, (_, _, _, _) => true);
        await secure.AuthenticateAsClientAsync("localhost");
        _stream = secure;
    }

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

    /// <summary>Reads until the text has come; returns what has come until then.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var read = new StringBuilder();
        var octet = new byte[1];
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            if (await _stream.ReadAsync(octet) == 0) throw new EndOfStreamException($"{text} did not come, but {read}");
            read.Append((char)octet[0]);
        }

        return read.ToString();
    }

    /// <summary>Reads until the server closes, with a reset or without.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var read = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await _stream.ReadAsync(buffer) is var count and > 0)
                read.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (IOException)
        {
            // Cut.
        }

        return read.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }
}
