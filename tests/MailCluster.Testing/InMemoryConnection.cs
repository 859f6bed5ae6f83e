using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace MailCluster.Testing;

/// <summary>
/// A client connection without a socket: what the connection server would hand to a <see cref="ConnectionHandler"/>, and the client's ends of its two
/// pipes. <see cref="Start"/> runs the handler as the server does: when the handler returns, both directions are closed.
/// </summary>
public sealed class InMemoryConnection : ConnectionContext, IDuplexPipe
{
    private readonly Pipe _toServer;
    private readonly Pipe _toClient;
    private readonly AbortableWriter _serverOutput;
    private readonly CancellationTokenSource _closed = new();

    /// <param name="remote">The client's address; 192.0.2.1:40000 if not given.</param>
    /// <param name="pauseOutputAt">Bytes the server may send that the client has not read before its flush waits.</param>
    /// <param name="inline">Whoever sends to the server runs it, as the thread that reads from a socket does.</param>
    public InMemoryConnection(EndPoint? remote = null, long pauseOutputAt = 64 * 1024, bool inline = false)
    {
        _toServer = new Pipe(new PipeOptions(readerScheduler: inline ? PipeScheduler.Inline : null, useSynchronizationContext: false));
        _toClient = new Pipe(new PipeOptions(
            pauseWriterThreshold: pauseOutputAt, resumeWriterThreshold: pauseOutputAt / 2, useSynchronizationContext: false));
        _serverOutput = new AbortableWriter(_toClient.Writer);
        Transport = new Duplex(_toServer.Reader, _serverOutput);
        RemoteEndPoint = remote ?? new IPEndPoint(IPAddress.Parse("192.0.2.1"), 40000);
        LocalEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.254"), 143);
        ConnectionClosed = _closed.Token;
    }

    public override IDuplexPipe Transport { get; set; }

    public override string ConnectionId { get; set; } = "in-memory";

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    /// <summary>The client's input: what the server sent.</summary>
    public PipeReader Input => _toClient.Reader;

    /// <summary>The client's output.</summary>
    public PipeWriter Output => _toServer.Writer;

    /// <summary>Why the server cut the connection, if it did.</summary>
    public ConnectionAbortedException? AbortReason { get; private set; }

    /// <summary>Completes when the handler has returned.</summary>
    public Task Handled { get; private set; } = Task.CompletedTask;

    /// <summary>Runs the handler on this connection.</summary>
    public InMemoryConnection Start(ConnectionHandler handler)
    {
        Handled = RunAsync(handler);
        return this;
    }

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await Output.WriteAsync(bytes);

    /// <summary>Sends text, one byte for each character up to U+00FF.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends each byte as a piece of its own, the next one only when the server has taken a look at the last.</summary>
    public async Task SendByteByByteAsync(string text)
    {
        foreach (var b in Encoding.Latin1.GetBytes(text))
        {
            await SendAsync(new[] { b });
            await Task.Yield();
        }
    }

    /// <summary>The next line without its CRLF, or null when the server has closed. Latin-1.</summary>
    public async Task<string?> ReadLineAsync()
    {
        while (true)
        {
            var result = await Input.ReadAsync();
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.Latin1.GetString(result.Buffer.Slice(0, end));
                Input.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line.TrimEnd('\r');
            }

            if (result.IsCompleted)
            {
                var rest = Encoding.Latin1.GetString(result.Buffer);
                Input.AdvanceTo(result.Buffer.End);
                return rest.Length == 0 ? null : rest;
            }

            Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>Exactly <paramref name="count"/> bytes.</summary>
    /// <exception cref="EndOfStreamException">The server closed before.</exception>
    public async Task<byte[]> ReadBytesAsync(int count)
    {
        var result = await Input.ReadAtLeastAsync(count);
        if (result.Buffer.Length < count)
            throw new EndOfStreamException();
        var bytes = result.Buffer.Slice(0, count).ToArray();
        Input.AdvanceTo(result.Buffer.GetPosition(count));
        return bytes;
    }

    /// <summary>Everything until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (true)
        {
            var result = await Input.ReadAsync();
            if (result.IsCompleted)
            {
                var text = Encoding.Latin1.GetString(result.Buffer);
                Input.AdvanceTo(result.Buffer.End);
                return text;
            }

            Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>The client closes its sending side, as with a FIN: the server reads the end.</summary>
    public void CloseOutput() => Output.Complete();

    /// <summary>The connection is gone at once, as with a reset.</summary>
    public void Reset()
    {
        Output.Complete(new ConnectionResetException("Connection reset by peer"));
        Input.Complete();
        _closed.Cancel();
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        AbortReason ??= abortReason;
        _toServer.Writer.Complete(abortReason);
        _serverOutput.Abort();
        ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
    }

    public override ValueTask DisposeAsync()
    {
        _closed.Dispose();
        return base.DisposeAsync();
    }

    private async Task RunAsync(ConnectionHandler handler)
    {
        // As the server: never on the thread that connects.
        await Task.Yield();
        try
        {
            await handler.OnConnectedAsync(this);
        }
        finally
        {
            await Transport.Output.CompleteAsync();
            await Transport.Input.CompleteAsync();
            await _closed.CancelAsync();
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>After an abort every flush, the pending one too, reports that nobody reads any more.</summary>
    private sealed class AbortableWriter(PipeWriter inner) : PipeWriter
    {
        private volatile bool _aborted;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public void Abort()
        {
            _aborted = true;
            inner.CancelPendingFlush();
        }

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (_aborted)
                return new FlushResult(isCanceled: false, isCompleted: true);
            var result = await inner.FlushAsync(cancellationToken);
            return _aborted ? new FlushResult(isCanceled: false, isCompleted: true) : result;
        }
    }
}
