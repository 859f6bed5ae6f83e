using System.Buffers;
using System.IO.Pipelines;
using MailCluster.Edge;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Session;

/// <summary>How waiting for a client's string ended.</summary>
internal enum StringStatus
{
    /// <summary>Here it is.</summary>
    Complete,

    /// <summary>The client has sent something else; that is skipped.</summary>
    Rejected,

    /// <summary>The client has gone, or the session must end.</summary>
    Gone,
}

/// <summary>Reading: waits for the client, under the deadlines, and asks the reader what came.</summary>
internal sealed partial class ManageSieveSession
{
    private TransferDeadline? _transfer;
    private long _seen;
    private bool _isExpecting;

    private TimeSpan CommandTimeout =>
        State == SessionState.Authenticated ? Services.Edge.Options.Timeouts.Idle : Services.Edge.Options.Timeouts.Login;

    /// <summary>The client's next string, alone on its line; at most <paramref name="bytesMax"/> bytes.</summary>
    public async ValueTask<(StringStatus Status, byte[] Text)> ReadStringAsync(int bytesMax)
    {
        while (true)
        {
            var result = await ReadAsync();
            var status = TryReadString(result.Buffer, bytesMax, out var text, out var consumed);
            if (status is TokenStatus.NeedMore or TokenStatus.NeedLiteral)
            {
                if (!GoOn(result, status == TokenStatus.NeedLiteral))
                    return (StringStatus.Gone, []);
                continue;
            }

            Take(consumed);
            if (status == TokenStatus.Ok)
                return (StringStatus.Complete, text);
            return (await DrainRequestAsync() ? StringStatus.Rejected : StringStatus.Gone, []);
        }
    }

    /// <summary>The next request. <see cref="RequestStatus.NeedMore"/>: none comes, or the session was woken.</summary>
    private async ValueTask<(RequestStatus Status, Request Request, RequestFault Fault)> ReadRequestAsync()
    {
        while (true)
        {
            var result = await ReadAsync();
            var status = RequestReader.TryRead(
                result.Buffer, State, Services.Options.ScriptSizeMax, out var request, out var fault, out var consumed);
            if (status is RequestStatus.NeedMore or RequestStatus.NeedLiteral)
            {
                if (!GoOn(result, status == RequestStatus.NeedLiteral))
                    return (RequestStatus.NeedMore, default, default);
                continue;
            }

            Take(consumed);
            return (status, request, fault);
        }
    }

    /// <summary>Reads the rest of a refused request. False: the client has gone, or is sent away, which is said.</summary>
    private async ValueTask<bool> DrainRequestAsync()
    {
        long skipped = 0;
        while (true)
        {
            var result = await ReadAsync();
            var status = RequestDrain.TryFinish(result.Buffer, out var literal, out var consumed);
            skipped += result.Buffer.Slice(0, consumed).Length + literal;
            if (status != DrainStatus.NeedMore)
                Take(consumed);
            if (skipped > WireLimits.SkippedBytesMax)
            {
                if (status == DrainStatus.NeedMore)
                    Take(consumed);
                Finish(Answer.Bye("That is far too much", ResponseCodes.QuotaMaxSize));
                return false;
            }

            switch (status)
            {
                case DrainStatus.Done:
                    return true;
                case DrainStatus.NeedMore:
                    if (!GoOn(result, isLiteral: false, consumed))
                        return false;
                    break;
                default:
                    var outcome = await Connection.SkipAsync(literal);
                    IsClosing |= outcome == TransferOutcome.Closed;
                    if (outcome != TransferOutcome.Complete)
                        return false;
                    break;
            }
        }
    }

    private async ValueTask<ReadResult> ReadAsync()
    {
        if (Connection.Input.TryRead(out var result))
            return result;

        // Before the flush: whoever sees the answer sees the deadline set. Once a request, not once a read: a byte a minute does not keep the session.
        if (!_isExpecting)
            Connection.ExpectInput(CommandTimeout);
        _isExpecting = true;
        if (Output.UnflushedBytes > 0)
        {
            var flush = await Output.FlushAsync(Connection.Closed);
            if (flush.IsCompleted)
                throw new OperationCanceledException("The client reads no more.", Connection.Closed);
        }

        return await Connection.Input.ReadAsync();
    }

    /// <summary>More is to come: gives the buffer back. False: nothing comes, or the session must end.</summary>
    private bool GoOn(ReadResult result, bool isLiteral, SequencePosition? consumed = null)
    {
        if (isLiteral)
        {
            _transfer ??= Connection.BeginTransfer();
            _isExpecting = true;
            var transfer = _transfer.Value;
            transfer.Renew(result.Buffer.Length - _seen);
            _transfer = transfer;
            _seen = result.Buffer.Length;
        }

        Connection.Input.AdvanceTo(consumed ?? result.Buffer.Start, result.Buffer.End);
        IsClosing |= result.IsCompleted;
        return !IsClosing && (Connection.Ending == ConnectionEnding.None || (isLiteral && !Connection.MustInterruptTransfer));
    }

    private void Take(SequencePosition consumed)
    {
        Connection.Input.AdvanceTo(consumed);
        Connection.ExpectNothing();
        _isExpecting = false;
        _transfer = null;
        _seen = 0;
    }

    private static TokenStatus TryReadString(in ReadOnlySequence<byte> input, int bytesMax, out byte[] text, out SequencePosition consumed)
    {
        text = [];
        consumed = input.Start;
        var reader = new WireReader(input);
        var status = reader.ReadString(bytesMax, out var value);
        if (status != TokenStatus.Ok)
            return status;
        status = reader.ReadCrlf();
        if (status != TokenStatus.Ok)
            return status;
        consumed = reader.Position;
        text = value.ToArray();
        return TokenStatus.Ok;
    }
}
