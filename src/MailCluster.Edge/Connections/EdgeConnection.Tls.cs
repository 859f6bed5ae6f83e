using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MailCluster.Edge;

/// <summary>How STARTTLS ended.</summary>
public enum StartTlsOutcome
{
    /// <summary>TLS is on; the session starts afresh (RFC 9051 §6.2.1, RFC 3207 §4.2).</summary>
    Established,

    /// <summary>
    /// The client sent more after the command without waiting for the answer. Somebody may have put it there to have it executed inside
    /// TLS; nothing was answered yet, and the session must refuse the command and close.
    /// </summary>
    PipelinedInput,

    /// <summary>The handshake failed: the connection is of no use any more.</summary>
    Failed,
}

/// <summary>TLS on a connection.</summary>
public sealed partial class EdgeConnection
{
    private const int TlsSegmentBytes = 16 * 1024;

    private SslStream? _tls;

    private TlsChannelBindings? _bindings;

    /// <summary>True under TLS.</summary>
    public bool IsTls => _tls is not null;

    /// <summary>True if passwords may cross: under TLS, or on a socket of this machine's file system.</summary>
    public bool IsSecure => IsTls || _context.RemoteEndPoint is System.Net.Sockets.UnixDomainSocketEndPoint;

    /// <summary>Whether STARTTLS is to be offered now.</summary>
    public bool CanStartTls => !IsTls && _handler.ListenerTls == TlsMode.StartTls && _services.Tls.IsAvailable;

    /// <summary>Version and cipher suite as in <c>TLSv1.3 TLS_AES_256_GCM_SHA384</c>, or null without TLS.</summary>
    public string? TlsDescription => _tls is null
        ? null
        : $"{(_tls.SslProtocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2")} {_tls.NegotiatedCipherSuite}";

    /// <summary>What a login can bind itself to; null without TLS.</summary>
    public Auth.IChannelBindings? ChannelBindings => _bindings ??= _tls is null ? null : new TlsChannelBindings(_tls);

    /// <summary>The certificate that the client proved to have and that the configured authorities vouch for; null if it showed none, or no such.</summary>
    public X509Certificate2? ClientCertificate => _tls?.RemoteCertificate as X509Certificate2;

    /// <summary>
    /// STARTTLS. The command's line must have been taken from <see cref="Input"/>; <paramref name="goAhead"/> is the protocol's answer that tells the client to begin the handshake.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="CanStartTls"/> is false.</exception>
    public async ValueTask<StartTlsOutcome> StartTlsAsync(ReadOnlyMemory<byte> goAhead)
    {
        if (!CanStartTls)
            throw new InvalidOperationException("STARTTLS is not possible now.");
        if (HasBufferedInput())
            return StartTlsOutcome.PipelinedInput;
        await Output.WriteAsync(goAhead);
        return await HandshakeAsync() ? StartTlsOutcome.Established : StartTlsOutcome.Failed;
    }

    /// <summary>The server's side of the handshake over the transport; true if TLS is on.</summary>
    internal async ValueTask<bool> HandshakeAsync()
    {
        var stream = new SslStream(new TransportStream(_context.Transport), leaveInnerStreamOpen: true);
        ExpectHandshake();
        try
        {
            await stream.AuthenticateAsServerAsync(
                static (_, hello, state, _) =>
                {
                    var self = (EdgeConnection)state!;
                    return new(self._services.Tls.Select(hello.ServerName, self._alpnName, self._handler.EntryListener, self._handler.RequiresLogin));
                },
                this,
                Closed);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            _services.Metrics.Handshake(Protocol, ok: false);
            EdgeLog.HandshakeFailed(_services.Log, Protocol, RemoteAddress, Id, e.Message);
            await stream.DisposeAsync();
            return false;
        }

        EndHandshake();
        _services.Metrics.Handshake(Protocol, ok: true);
        _tls = stream;
        _input.Replace(PipeReader.Create(stream, new StreamPipeReaderOptions(
            bufferSize: TlsSegmentBytes, minimumReadSize: 1024, leaveOpen: true, useZeroByteReads: true)));
        // One segment becomes one record: with the usual 4 KiB a large answer costs 2.5 times the CPU.
        _output.Replace(PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: TlsSegmentBytes, leaveOpen: true)));
        if (Ending != ConnectionEnding.None)
            Wake();
        return true;
    }

    /// <summary>Whether the client has sent something that was not taken yet.</summary>
    private bool HasBufferedInput()
    {
        if (!Input.TryRead(out var result))
            return false;
        var any = !result.Buffer.IsEmpty;
        Input.AdvanceTo(result.Buffer.Start);
        return any;
    }
}
