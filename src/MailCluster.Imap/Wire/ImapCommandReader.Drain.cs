using System.Buffers;

namespace MailCluster.Imap.Wire;

/// <summary>Finding the end of a refused command without keeping it (RFC 7888 §4).</summary>
internal sealed partial class ImapCommandReader
{
    private long _drainLiteral;
    private long _drained;
    private ReadOutcome _drainOutcome;

    private ReadOutcome StartDrain(ref ReadOnlySequence<byte> input, long consumed, Rejection rejection, long literal = 0)
    {
        input = input.Slice(consumed);
        Reset();
        _mode = Mode.Draining;
        _drainLiteral = literal;
        _drainOutcome = ReadOutcome.Rejected;
        Rejection = rejection;
        return Drain(ref input);
    }

    private ReadOutcome Drain(ref ReadOnlySequence<byte> input)
    {
        Span<byte> copy = stackalloc byte[LiteralMarker.BytesMax];
        while (true)
        {
            // Said before it is read: a client that announces more than we would read is closed at once.
            if (_drained + _drainLiteral > Limits.DrainBytesMax || _drainLiteral > Limits.DrainBytesMax)
            {
                var tag = _drainOutcome == ReadOutcome.AppendEnd ? Append?.Tag : Rejection.Tag;
                return Reject(new Rejection(RejectionKind.LiteralTooBig, tag, "Too much data in a refused command", Fatal: true));
            }

            var skipped = Math.Min(_drainLiteral, input.Length);
            input = input.Slice(skipped);
            _drainLiteral -= skipped;
            _drained += skipped;
            if (_drainLiteral > 0)
                return ReadOutcome.NeedMore;

            if (input.PositionOf((byte)'\n') is not { } end)
            {
                SkipAllBut(ref input, LiteralMarker.BytesMax);
                return _drained > Limits.DrainBytesMax ? Drain(ref input) : ReadOutcome.NeedMore;
            }

            var line = input.Slice(0, input.GetPosition(1, end));
            var tail = line.Length > LiteralMarker.BytesMax ? line.Slice(line.Length - LiteralMarker.BytesMax) : line;
            // Quotes are not followed here: the line's beginning is gone. A marker in a text would be taken for one, in a command that is
            // refused anyway.
            var more = LiteralMarker.TryParse(Contiguous(tail, copy), out var literal, out _) && !literal.Synchronising;
            _drained += line.Length;
            input = input.Slice(line.End);
            if (!more)
                return EndDrain();
            _drainLiteral = literal.Length;
        }
    }

    private ReadOutcome EndDrain()
    {
        var outcome = _drainOutcome;
        Reset();
        return outcome;
    }

    private void SkipAllBut(ref ReadOnlySequence<byte> input, int kept)
    {
        if (input.Length <= kept)
            return;
        _drained += input.Length - kept;
        input = input.Slice(input.Length - kept);
    }
}
