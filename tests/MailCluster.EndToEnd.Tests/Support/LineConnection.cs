using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>A connection that speaks lines and counted bytes, over TCP or TLS. Text is Latin-1, so that every byte survives.</summary>
internal abstract class LineConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    protected LineConnection(Stream stream) => _stream = stream;

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();

    protected static async Task<Stream> ConnectAsync(int port, bool tls)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(System.Net.IPAddress.Loopback, port);
        }
        catch
        {
            client.Dispose();
            throw;
        }

        if (!tls)
            return client.GetStream();

        // The node's own certificate is self-signed; that it is the node's is not what these tests are about.
        var secure = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
        await secure.AuthenticateAsClientAsync("localhost");
        return secure;
    }

    protected async Task WriteAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    protected Task WriteLineAsync(string line) => WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"));

    /// <exception cref="EndOfStreamException">The other side closed.</exception>
    protected async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            var newline = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            if (newline >= 0)
            {
                line.Append(Encoding.Latin1.GetString(_buffer, _start, newline - _start));
                _start = newline + 1;
                return line.ToString().TrimEnd('\r');
            }

            line.Append(Encoding.Latin1.GetString(_buffer, _start, _end - _start));
            await FillAsync();
        }
    }

    protected async Task<byte[]> ReadBytesAsync(int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            if (_start == _end)
                await FillAsync();
            var part = Math.Min(count - read, _end - _start);
            _buffer.AsSpan(_start, part).CopyTo(bytes.AsSpan(read));
            _start += part;
            read += part;
        }

        return bytes;
    }

    private async Task FillAsync()
    {
        _start = 0;
        _end = await _stream.ReadAsync(_buffer);
        if (_end == 0)
            throw new EndOfStreamException();
    }
}
