using System.Buffers;
using System.Security.Cryptography;
using MailCluster.Edge;
using MailCluster.Edge.Wire;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Session;

/// <summary>Reading and flushing.</summary>
internal sealed partial class Pop3Session
{
    private byte[] _line = [];
    private int _lineLength;
    private bool _skipping;

    private TimeSpan CommandTimeout => State == Pop3State.Authorization ? Services.Edge.Options.Timeouts.Login : Options.IdleTimeout;

    // The longest command before login is AUTH with an initial response.
    private int LineBytesMax => State == Pop3State.Authorization ? Options.AuthLineBytesMax : Options.LineBytesMax;

    /// <summary>The line that was read last, good until the next is read.</summary>
    public ReadOnlyMemory<byte> Line => _line.AsMemory(0, _lineLength);

    /// <summary>
    /// Reads the next line into <see cref="Line"/>. Null: the client has closed. <see cref="LineStatus.NeedMore"/>: the session was woken, and must look at
    /// <see cref="EdgeConnection.Ending"/>.
    /// </summary>
    public async ValueTask<LineStatus?> ReadLineAsync(int lineBytesMax)
    {
        var waiting = false;
        while (true)
        {
            if (!Connection.Input.TryRead(out var result))
            {
                // Once a line, not once a read: a byte a minute does not keep the session. Before the flush: whoever sees the answer sees the deadline set.
                if (!waiting)
                    Connection.ExpectInput(CommandTimeout);
                waiting = true;
                await FlushAsync();
                ReturnLine();
                result = await Connection.Input.ReadAsync();
            }

            var status = Take(result.Buffer, lineBytesMax);
            if (status != LineStatus.NeedMore)
            {
                Connection.ExpectNothing();
                return status;
            }

            if (result.IsCompleted)
                return null;
            if (result.IsCanceled && Connection.Ending != ConnectionEnding.None)
                return status;
        }
    }

    /// <summary>Lets the client take what was written, if much has gathered. To be awaited between lines of long replies.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public ValueTask FlushIfLargeAsync() => Output.UnflushedBytes < UnflushedBytesMax ? default : FlushAsync();

    /// <summary>Sends everything written so far.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async ValueTask FlushAsync()
    {
        if (Output.UnflushedBytes == 0)
            return;
        var result = await Output.FlushAsync(Connection.Closed);
        if (result.IsCompleted)
            throw new OperationCanceledException("The client reads no more.", Connection.Closed);
    }

    private LineStatus Take(in ReadOnlySequence<byte> buffer, int lineBytesMax)
    {
        if (_skipping)
        {
            var end = buffer.PositionOf((byte)'\n');
            _skipping = end is null;
            Connection.Input.AdvanceTo(end is { } at ? buffer.GetPosition(1, at) : buffer.End);
            return _skipping ? LineStatus.NeedMore : LineStatus.TooLong;
        }

        var status = LineReader.TryRead(buffer, lineBytesMax, takesBareLf: true, out var line, out var consumed);
        switch (status)
        {
            case LineStatus.NeedMore:
                Connection.Input.AdvanceTo(consumed, buffer.End);
                return status;
            case LineStatus.Complete:
                Keep(line);
                break;
            case LineStatus.TooLong when buffer.PositionOf((byte)'\n') is null:
                // Its end is still to come, and is no line of its own.
                _skipping = true;
                status = LineStatus.NeedMore;
                break;
        }

        Connection.Input.AdvanceTo(consumed);
        return status;
    }

    private void Keep(in ReadOnlySequence<byte> line)
    {
        if (_line.Length < line.Length)
        {
            ReturnLine();
            _line = ArrayPool<byte>.Shared.Rent((int)line.Length);
        }

        _lineLength = (int)line.Length;
        line.CopyTo(_line);
    }

    private void ReturnLine()
    {
        if (_line.Length == 0)
            return;
        // It may have been a password.
        CryptographicOperations.ZeroMemory(_line);
        ArrayPool<byte>.Shared.Return(_line);
        _line = [];
        _lineLength = 0;
    }
}
