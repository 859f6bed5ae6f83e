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

    /// <param name="endPoint">Where to.</param>
    /// <param name="tlsName">The name to ask for in implicit TLS, or null for none.</param>
    /// <param name="before">What a balancer sends ahead of everything.</param>
    public static async Task<LineClient> ConnectAsync(IPEndPoint endPoint, string? tlsName = null, string before = "")
    {
        var client = new TcpClient();
        await client.ConnectAsync(endPoint);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(before));
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

    /// <summary>One line, or null if the server closed: a reset counts, for it closes with our bytes unread.</summary>
    public async Task<string?> ReadOrEndAsync()
    {
        try
        {
            return await _reader.ReadLineAsync();
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _reader.Dispose();
}
