using System.Net.Security;
using System.Text;
using MailCluster.Testing;

namespace MailCluster.Imap.Tests.Scripting;

/// <summary>The client's end of one scripted connection: bytes as Latin-1 text, whole or one at a time, plain or under TLS.</summary>
internal sealed class ScriptClient(InMemoryConnection connection, bool byteByByte)
{
    private readonly StringBuilder _buffer = new();
    private readonly byte[] _chunk = new byte[4096];
    private Stream _stream = new PipeDuplexStream(connection);

    public async Task StartTlsAsync()
    {
        var tls = new SslStream(_stream, false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost");
        _stream = tls;
    }

    public async Task SendAsync(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (!byteByByte)
        {
            await _stream.WriteAsync(bytes);
            await _stream.FlushAsync();
            return;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            await _stream.WriteAsync(bytes.AsMemory(i, 1));
            await _stream.FlushAsync();
            await Task.Yield();
        }
    }

    /// <summary>One response: a line without its end, with its literals as they came. Null when the server has closed.</summary>
    public async Task<string?> ReadResponseAsync()
    {
        var response = new StringBuilder();
        while (await ReadLineAsync() is { } line)
        {
            response.Append(line);
            if (!line.EndsWith('}') || line.LastIndexOf('{') is not (var at and >= 0) || !int.TryParse(line.AsSpan(at + 1, line.Length - at - 2), out var count))
                return response.ToString();
            response.Append("\r\n").Append(await ReadAsync(count));
        }

        return response.Length == 0 ? null : response.ToString();
    }

    public void Close() => connection.CloseOutput();

    public void Reset() => connection.Reset();

    public Task Handled => connection.Handled;

    private async Task<string?> ReadLineAsync()
    {
        while (true)
        {
            var text = _buffer.ToString();
            if (text.IndexOf("\r\n", StringComparison.Ordinal) is var end and >= 0)
            {
                _buffer.Remove(0, end + 2);
                return text[..end];
            }

            if (!await FillAsync())
                return null;
        }
    }

    private async Task<string> ReadAsync(int count)
    {
        while (_buffer.Length < count)
        {
            if (!await FillAsync())
                throw new EndOfStreamException();
        }

        var text = _buffer.ToString(0, count);
        _buffer.Remove(0, count);
        return text;
    }

    private async Task<bool> FillAsync()
    {
        var read = await _stream.ReadAsync(_chunk);
        _buffer.Append(Encoding.Latin1.GetString(_chunk, 0, read));
        return read > 0;
    }
}
