using System.Buffers;
using System.IO.Pipelines;
using MailCluster.Delivery;
using MailCluster.Edge;
using MailCluster.Edge.Wire;
using MailCluster.Lmtp.Commands;
using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Wire;
using Microsoft.Extensions.Logging;

namespace MailCluster.Lmtp.Session;

/// <summary>
/// One LMTP conversation (RFC 2033): reads command lines, runs them by the table, and leaves the replies in the output until nothing more can be
/// done without the client (RFC 2920 §3.2: replies to pipelined commands go out together).
/// </summary>
internal sealed partial class LmtpSession(
    EdgeConnection connection, EdgeServices edge, IDeliveryService delivery, IQuotaDoor door, LmtpOptions options, ILogger log) : IDisposable
{
    private byte[] _line = [];
    private int _errors;
    private int _idleCommands;
    private bool _waiting;
    private bool _skipping;

    public EdgeConnection Connection { get; } = connection;

    public LmtpOptions Options { get; } = options;

    public EdgeServices Edge { get; } = edge;

    public IDeliveryService Delivery { get; } = delivery;

    public IQuotaDoor Door { get; } = door;

    public PipeWriter Output => Connection.Output;

    public LmtpState State { get; set; } = LmtpState.Fresh;

    /// <summary>What the client called itself.</summary>
    public string ClientName { get; set; } = "";

    /// <summary>Set when the session is to end after what is in the output.</summary>
    public bool IsClosing { get; set; }

    public async Task RunAsync()
    {
        // RFC 5321 §4.2: the greeting begins with the host's name.
        Output.WriteReply(220, default, Edge.Options.HostName + " LMTP MailCluster ready");
        while (!IsClosing)
        {
            if (Connection.Ending != ConnectionEnding.None)
            {
                WriteGoodbye(Connection.Ending);
                return;
            }

            if (!await RunNextAsync())
                return;
        }
    }

    public void Dispose()
    {
        Transaction?.Dispose();
        ReturnLine();
    }

    /// <summary>Counts a command that was refused; past the limit the session ends.</summary>
    public void CountError()
    {
        if (++_errors <= Options.ErrorsMax || IsClosing)
            return;
        Output.WriteReply(421, "4.7.0"u8, "Too many errors"u8);
        LmtpLog.TooManyErrors(log, Connection.Id, Connection.RemoteAddress);
        IsClosing = true;
    }

    /// <summary>A refused command: the reply, and its count.</summary>
    public void Refuse(int code, ReadOnlySpan<byte> enhanced, ReadOnlySpan<byte> text)
    {
        Output.WriteReply(code, enhanced, text);
        CountError();
    }

    private async ValueTask<bool> RunNextAsync()
    {
        if (!Connection.Input.TryRead(out var result))
        {
            if (!await FlushAsync())
                return false;
            ReturnLine();
            // Once a command, not once a read: a byte a minute does not keep the session.
            if (!_waiting)
                Connection.ExpectInput(Edge.Options.Timeouts.IdleDelivery);
            _waiting = true;
            result = await Connection.Input.ReadAsync();
        }

        var buffer = result.Buffer;
        var status = _skipping ? SkipLine(buffer, out var line, out var consumed) : LineReader.TryRead(buffer, Options.LineBytesMax, takesBareLf: false, out line, out consumed);
        switch (status)
        {
            case LineStatus.NeedMore:
                Connection.Input.AdvanceTo(consumed, buffer.End);
                return !result.IsCompleted;
            case LineStatus.TooLong:
                _skipping = buffer.PositionOf((byte)'\n') is null;
                Connection.Input.AdvanceTo(consumed);
                if (!_skipping)
                    FinishBadLine("Line too long"u8);
                return !(_skipping && result.IsCompleted);
            case LineStatus.Malformed:
                Connection.Input.AdvanceTo(consumed);
                FinishBadLine("A command line ends with CR LF and holds no other CR, LF or NUL"u8);
                return true;
            default:
                var length = Take(line);
                Connection.Input.AdvanceTo(consumed);
                _waiting = false;
                Connection.ExpectNothing();
                await RunLineAsync(_line.AsMemory(0, length));
                return true;
        }
    }

    private async ValueTask RunLineAsync(ReadOnlyMemory<byte> line)
    {
        if (++_idleCommands > Options.IdleCommandsMax)
        {
            Output.WriteReply(421, "4.7.0"u8, "Too many commands without a message"u8);
            IsClosing = true;
            return;
        }

        var verbEnd = line.Span.IndexOf((byte)' ');
        var verb = verbEnd < 0 ? line : line[..verbEnd];
        var arguments = verbEnd < 0 ? default : line[(verbEnd + 1)..];
        var command = LmtpCommands.Find(verb.Span);
        if (command is null)
        {
            Refuse(500, "5.5.1"u8, "Command not recognised"u8);
            // Something that speaks another protocol, perhaps on somebody's behalf: end it before it says more.
            if (State == LmtpState.Fresh)
                IsClosing = true;
            return;
        }

        if ((command.Allowed & State) == 0)
        {
            Refuse(503, "5.5.1"u8, command.OutOfOrder(State));
            return;
        }

        await command.RunAsync(this, arguments);
    }

    private async ValueTask<bool> FlushAsync()
    {
        var flush = await Output.FlushAsync();
        return !flush.IsCompleted;
    }

    private static LineStatus SkipLine(in ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line, out SequencePosition consumed)
    {
        line = default;
        consumed = buffer.PositionOf((byte)'\n') is { } end ? buffer.GetPosition(1, end) : buffer.End;
        return LineStatus.TooLong;
    }

    private void FinishBadLine(ReadOnlySpan<byte> text)
    {
        _waiting = false;
        Refuse(500, "5.5.2"u8, text);
    }

    private int Take(in ReadOnlySequence<byte> line)
    {
        if (_line.Length == 0)
            _line = ArrayPool<byte>.Shared.Rent(Options.LineBytesMax);
        line.CopyTo(_line);
        return (int)line.Length;
    }

    private void ReturnLine()
    {
        if (_line.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(_line);
        _line = [];
    }

    private void WriteGoodbye(ConnectionEnding ending)
    {
        var text = ending switch
        {
            ConnectionEnding.Draining => "Shutting down"u8,
            ConnectionEnding.IdleTimeout => "Timeout"u8,
            _ => "Closing"u8,
        };
        // RFC 3463 X.4.2: bad connection; X.3.2: system not accepting messages.
        Output.WriteReply(421, ending == ConnectionEnding.IdleTimeout ? "4.4.2"u8 : "4.3.2"u8, text);
    }
}
