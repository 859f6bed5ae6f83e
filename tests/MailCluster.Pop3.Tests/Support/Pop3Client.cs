using System.Net.Security;
using System.Text;
using MailCluster.Testing;

namespace MailCluster.Pop3.Tests.Support;

/// <summary>The client's end: lines as Latin-1 text, plain or under TLS, whole or byte by byte.</summary>
internal sealed class Pop3Client : IDisposable
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _buffer = new();
    private readonly byte[] _chunk = new byte[16 * 1024];
    private readonly InMemoryConnection? _connection;
    private Stream _stream;

    public Pop3Client(InMemoryConnection connection)
    {
        _connection = connection;
        _stream = new PipeDuplexStream(connection);
    }

    public Pop3Client(Stream stream) => _stream = stream;

    public bool IsByteByByte { get; init; }

    /// <summary>The in-memory connection.</summary>
    public InMemoryConnection Connection => _connection ?? throw new InvalidOperationException("The client has a socket.");

    public async Task StartTlsAsync()
    {
        var tls = new SslStream(_stream, false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost");
        _stream = tls;
    }

    public async Task SendAsync(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var at = 0; at < bytes.Length;)
        {
            var count = IsByteByByte ? 1 : bytes.Length;
            await _stream.WriteAsync(bytes.AsMemory(at, count));
            await _stream.FlushAsync();
            at += count;
            if (IsByteByByte)
                await Task.Yield();
        }
    }

    /// <summary>Sends a line and reads the first line of its reply.</summary>
    public async Task<string?> AskAsync(string line)
    {
        await SendAsync(line + "\r\n");
        return await ReadAsync();
    }

    /// <summary>Sends a line and reads its multi-line reply: the status, and the lines up to the dot as they came.</summary>
    public async Task<(string Status, string Content)> AskForAllAsync(string line)
    {
        var status = await AskAsync(line) ?? throw new EndOfStreamException();
        return (status, status.StartsWith("+OK", StringComparison.Ordinal) ? await ReadContentAsync() : "");
    }

    /// <summary>The lines up to the dot that ends them, each with its CRLF, dots still doubled.</summary>
    public async Task<string> ReadContentAsync()
    {
        var content = new StringBuilder();
        while (await ReadAsync() is { } line)
        {
            if (line == ".")
                return content.ToString();
            content.Append(line).Append("\r\n");
        }

        throw new EndOfStreamException("The reply had no end: " + content);
    }

    /// <summary>A line without its CRLF; null when the server has closed.</summary>
    public async Task<string?> ReadAsync()
    {
        using var patience = new CancellationTokenSource(PatienceMax);
        while (true)
        {
            for (var at = 0; at + 1 < _buffer.Length; at++)
            {
                if (_buffer[at] != '\r' || _buffer[at + 1] != '\n')
                    continue;
                var line = _buffer.ToString(0, at);
                _buffer.Remove(0, at + 2);
                return line;
            }

            var read = await _stream.ReadAsync(_chunk, patience.Token);
            if (read == 0)
                return _buffer.Length == 0 ? null : throw new EndOfStreamException("Half a line: " + _buffer);
            _buffer.Append(Encoding.Latin1.GetString(_chunk, 0, read));
        }
    }

    /// <summary>Everything until the server closes.</summary>
    public async Task<List<string>> ReadToEndAsync()
    {
        var lines = new List<string>();
        while (await ReadAsync() is { } line)
            lines.Add(line);
        return lines;
    }

    public void Dispose() => _stream.Dispose();
}
