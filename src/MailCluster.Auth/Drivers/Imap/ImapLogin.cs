using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Auth.Drivers.Imap;

/// <summary>
/// One try at the other server: greeting, TLS, LOGIN, LOGOUT (RFC 9051). A NO is a wrong password unless its code says that the server
/// could not tell (RFC 5530 §3: UNAVAILABLE, INUSE, LIMIT, SERVERBUG, PRIVACYREQUIRED); everything else that is not OK is a failure.
/// </summary>
internal sealed class ImapLogin(Stream stream) : IDisposable
{
    /// <summary>Longest line that is read, and most lines before an answer: no server says more here.</summary>
    private const int LineOctetsMax = 8192;
    private const int LinesMax = 100;

    private static readonly string[] CannotTell = ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "PRIVACYREQUIRED", "CONTACTADMIN", "CORRUPTION"];
    private static readonly SearchValues<byte> Quotable = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5f).Select(static octet => (byte)octet).Where(static octet => octet is not ((byte)'"' or (byte)'\\'))]);

    private readonly byte[] _buffer = new byte[LineOctetsMax];
    private Stream _stream = stream;
    private int _start;
    private int _end;

    /// <summary>Connects and secures the connection.</summary>
    public static async Task<ImapLogin> ConnectAsync(ImapServerOptions options, Authorities? authorities, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        ImapLogin? login = null;
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancellationToken);
            login = new ImapLogin(new NetworkStream(socket, ownsSocket: true));
            if (options.Tls == ImapTls.Implicit) await login.SecureAsync(options, authorities, cancellationToken);
            if (!(await login.ReadLineAsync(cancellationToken)).StartsWith("* OK", StringComparison.OrdinalIgnoreCase))
                throw new DatabaseException("the server does not greet with OK");
            if (options.Tls == ImapTls.StartTls)
            {
                await login.SendAsync("s STARTTLS\r\n"u8.ToArray(), cancellationToken);
                if (!(await login.ReadTaggedAsync("s ", cancellationToken)).StartsWith("OK", StringComparison.OrdinalIgnoreCase))
                    throw new DatabaseException("the server has no STARTTLS");
                // What came with the answer came without TLS (RFC 9051 §6.2.1).
                login._start = login._end = 0;
                await login.SecureAsync(options, authorities, cancellationToken);
            }

            return login;
        }
        catch
        {
            login?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>True when the name and password are right, false when they are not.</summary>
    /// <exception cref="DatabaseException">The server cannot tell.</exception>
    public async Task<bool> TryAsync(string user, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        await SendAsync("l LOGIN "u8.ToArray(), cancellationToken);
        if (!await SendStringAsync(Encoding.UTF8.GetBytes(user), " ", cancellationToken)) return false;
        if (!await SendStringAsync(password, "\r\n", cancellationToken)) return false;
        var answer = await ReadTaggedAsync("l ", cancellationToken);
        if (answer.StartsWith("OK", StringComparison.OrdinalIgnoreCase))
        {
            await SendAsync("q LOGOUT\r\n"u8.ToArray(), cancellationToken);
            return true;
        }

        if (!answer.StartsWith("NO", StringComparison.OrdinalIgnoreCase)) throw new DatabaseException("the server does not take LOGIN");
        foreach (var code in CannotTell)
        {
            if (answer.Contains($"[{code}", StringComparison.OrdinalIgnoreCase)) throw new DatabaseException($"the server answers {code}");
        }

        return false;
    }

    public void Dispose() => _stream.Dispose();

    private async Task SecureAsync(ImapServerOptions options, Authorities? authorities, CancellationToken cancellationToken)
    {
        var secure = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = secure;
        var client = new SslClientAuthenticationOptions { TargetHost = options.Host };
        if (authorities is not null) client.CertificateChainPolicy = authorities.Policy();
        await secure.AuthenticateAsClientAsync(client, cancellationToken);
    }

    // A string in quotes where that is possible, else a literal, for which the server has to ask. False: it refuses the literal.
    private async Task<bool> SendStringAsync(ReadOnlyMemory<byte> text, string after, CancellationToken cancellationToken)
    {
        if (!text.Span.ContainsAnyExcept(Quotable))
        {
            var quoted = new byte[text.Length + 2 + after.Length];
            quoted[0] = quoted[text.Length + 1] = (byte)'"';
            text.CopyTo(quoted.AsMemory(1));
            Encoding.ASCII.GetBytes(after, quoted.AsSpan(text.Length + 2));
            await SendAsync(quoted, cancellationToken);
            CryptographicOperations.ZeroMemory(quoted);
            return true;
        }

        await SendAsync(Encoding.ASCII.GetBytes($"{{{text.Length}}}\r\n"), cancellationToken);
        for (var lines = 0; lines < LinesMax; lines++)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.StartsWith("l ", StringComparison.Ordinal)) return false;
            if (!line.StartsWith('+')) continue;
            await _stream.WriteAsync(text, cancellationToken);
            await SendAsync(Encoding.ASCII.GetBytes(after), cancellationToken);
            return true;
        }

        throw new DatabaseException("the server does not answer a literal");
    }

    private ValueTask SendAsync(byte[] octets, CancellationToken cancellationToken) => _stream.WriteAsync(octets, cancellationToken);

    private async Task<string> ReadTaggedAsync(string tag, CancellationToken cancellationToken)
    {
        for (var lines = 0; lines < LinesMax; lines++)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.StartsWith(tag, StringComparison.Ordinal)) return line[tag.Length..];
        }

        throw new DatabaseException("the server says too much and does not answer");
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, end).TrimEnd('\r');
                _start += end + 1;
                return line;
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
            if (_end == _buffer.Length) throw new DatabaseException("the server sends a line without end");
            var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0) throw new DatabaseException("the server closes the connection");
            _end += read;
        }
    }
}
