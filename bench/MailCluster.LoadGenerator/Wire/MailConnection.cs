using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace MailCluster.LoadGenerator.Wire;

/// <summary>
/// A blocking line connection. Blocking calls cost one system call each way and no hand-over between threads, which is what keeps the generator
/// cheaper than the servers it drives. The buffer begins small, so that ten thousand idle ones fit, and grows when lines or bulk data come.
/// </summary>
internal sealed class MailConnection : IDisposable
{
    private const int BufferMax = 512 * 1024;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private SslStream? _tls;
    private byte[] _buffer = new byte[2048];
    private int _start;
    private int _end;

    /// <exception cref="ArgumentException">The address is not loopback.</exception>
    public MailConnection(IPEndPoint endpoint, bool tls, bool resumes = false)
    {
        if (!IPAddress.IsLoopback(endpoint.Address))
        {
            throw new ArgumentException($"{endpoint.Address} is not a loopback address: this program loads servers on its own machine only.");
        }
        _socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)s_timeout.TotalMilliseconds,
            SendTimeout = (int)s_timeout.TotalMilliseconds,
        };
        try
        {
            _socket.Connect(endpoint);
            if (tls)
            {
                BeginTls(resumes);
            }
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>From here on with TLS. Everything that was sent before must have been answered.</summary>
    public void BeginTls(bool resumes = false)
    {
        _tls = new SslStream(new NetworkStream(_socket, ownsSocket: false), leaveInnerStreamOpen: false);
        // Whole handshakes, unless the row is about resumed ones: whether a server resumes is measured by nobody's accident.
        _tls.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            AllowTlsResume = resumes,
            EnabledSslProtocols = SslProtocols.Tls13 | SslProtocols.Tls12,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (_tls is not null)
        {
            _tls.Write(bytes);
            return;
        }
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    public void Send(string text) => Send(Encoding.ASCII.GetBytes(text));

    /// <summary>The next line without its CRLF; valid until the next read.</summary>
    public ReadOnlySpan<byte> ReadLine()
    {
        var scanned = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var line = _buffer.AsSpan(_start, scanned + found);
                _start += scanned + found + 1;
                return line is [.., (byte)'\r'] ? line[..^1] : line;
            }
            scanned = _end - _start;
            Fill();
        }
    }

    public void Skip(long count)
    {
        while (true)
        {
            var here = (int)Math.Min(count, _end - _start);
            _start += here;
            count -= here;
            if (count == 0)
            {
                return;
            }
            Fill();
        }
    }

    public void Dispose()
    {
        _tls?.Dispose();
        _socket.Dispose();
    }

    private void Fill()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length && _start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= 64 * BufferMax)
            {
                throw new ProtocolException("A line of more than 32 MiB.");
            }
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        var read = _tls is not null ? _tls.Read(_buffer.AsSpan(_end)) : _socket.Receive(_buffer.AsSpan(_end));
        if (read == 0)
        {
            throw new ProtocolException("The server closed the connection.");
        }
        _end += read;
        if (_start == 0 && _end == _buffer.Length && _buffer.Length < BufferMax)
        {
            Array.Resize(ref _buffer, _buffer.Length * 4); // Bulk: fewer, larger reads from now on.
        }
    }
}
