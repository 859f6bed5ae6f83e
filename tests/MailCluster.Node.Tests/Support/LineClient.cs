using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace MailCluster.Node.Tests.Support;

/// <summary>Sends and reads lines, over TCP or TLS.</summary>
internal sealed class LineClient : IDisposable
{
    private readonly Stream _stream;
    private readonly StreamReader _reader;

    private LineClient(Stream stream)
    {
        _stream = stream;
        _reader = new StreamReader(stream);
    }

    public static async Task<LineClient> ConnectAsync(IPEndPoint endPoint, string? tlsName = null)
    {
        var client = new TcpClient();
        await client.ConnectAsync(endPoint);
        if (tlsName is null)
        {
            return new LineClient(client.GetStream());
        }
        var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(tlsName);
        return new LineClient(tls);
    }

    public async Task SendAsync(string text) => await _stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Reads lines up to and with the first that begins with one of the words.</summary>
    public async Task<string> ReadToAsync(string beginning)
    {
        var lines = new List<string>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            while (await _reader.ReadLineAsync(patience.Token) is { } line)
            {
                lines.Add(line);
                if (line.StartsWith(beginning, StringComparison.Ordinal))
                {
                    return string.Join('\n', lines);
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"no line {beginning} in time after:\n{string.Join('\n', lines)}");
        }
        throw new EndOfStreamException($"no line {beginning} after:\n{string.Join('\n', lines)}");
    }

    public async Task<string> AskAsync(string command, string beginning)
    {
        await SendAsync(command);
        return await ReadToAsync(beginning);
    }

    public void Dispose() => _reader.Dispose();
}
