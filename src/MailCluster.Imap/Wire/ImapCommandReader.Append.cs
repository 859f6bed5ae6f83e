using System.Buffers;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Wire.Syntax;

namespace MailCluster.Imap.Wire;

/// <summary>APPEND: everything but the messages themselves.</summary>
internal sealed partial class ImapCommandReader
{
    /// <summary>
    /// Gives up the APPEND in progress, right after <see cref="ReadOutcome.AppendMessage"/> and before any byte of the literal was taken.
    /// If the client waits for a continuation the command is over, and true is returned: answer now. Otherwise it is sending already: read
    /// on until <see cref="ReadOutcome.AppendEnd"/> (or <see cref="ReadOutcome.Rejected"/>, if the end cannot be found) and answer then.
    /// </summary>
    public bool AbandonAppend()
    {
        var literal = AppendMessage.Literal;
        Reset();
        if (literal.Synchronising)
        {
            Append = null;
            return true;
        }

        _mode = Mode.Draining;
        _drainLiteral = literal.Length;
        _drainOutcome = ReadOutcome.AppendEnd;
        return false;
    }

    /// <summary>Whether the literal that ends the command so far is a message; a command that may not go on at all is refused.</summary>
    private bool IsAppendMessage(in ReadOnlySequence<byte> input, int framed, out Rejection? rejection)
    {
        rejection = null;
        // Only the first literal decides what command it is; the second of an APPEND is always a message, as the first was its mailbox.
        if (_literals > 1)
            return false;
        Span<byte> copy = stackalloc byte[WireReader.TagBytesMax + LiteralMarker.BytesMax];
        var start = Contiguous(input.Slice(0, Math.Min(framed, copy.Length)), copy);
        var reader = new WireReader(start[..Math.Min(start.Length, copy.Length)], Limits, Utf8Names);
        if (!CommandSyntax.ExpectStart(ref reader, out var tag, out var name, out _))
        {
            rejection = new Rejection(reader.ErrorKind, tag.Length > 0 ? tag : null, reader.Error ?? "Syntax error");
            return false;
        }

        if (name != CommandName.Append)
            return false;
        return _literals == 1 || !(reader.ExpectSpace() && reader.Peek == '{');
    }

    private ReadOutcome ReadAppendFirst(ref ReadOnlySequence<byte> input, int framed, LiteralHeader literal)
    {
        var whole = input.Slice(0, framed);
        var span = whole.IsSingleSegment ? whole.FirstSpan : whole.ToArray();
        var reader = new WireReader(span, Limits, Utf8Names);
        var command = AppendSyntax.ReadFirst(ref reader, literal, out var message, out var rejection);
        if (command is null)
            return Refuse(ref input, framed, literal, rejection);
        Append = command;
        return Announce(ref input, framed, message);
    }

    private ReadOutcome Announce(ref ReadOnlySequence<byte> input, int length, AppendMessage message)
    {
        input = input.Slice(length);
        Reset();
        _mode = Mode.Append;
        AppendMessage = message;
        return ReadOutcome.AppendMessage;
    }

    // Behind a message: the end of the command, or SP and the next message (RFC 3502).
    private ReadOutcome ReadAppend(ref ReadOnlySequence<byte> input)
    {
        var found = TryFindLine(input, 0, out var length);
        if ((found ? length : _scanned) > Limits.LineBytesMax)
            return StartDrain(ref input, 0, new Rejection(RejectionKind.Limit, Append?.Tag, "Command line is too long"));
        if (!found)
            return ReadOutcome.NeedMore;
        var line = input.Slice(0, length);
        var span = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        var hasLiteral = EndsWithLiteral(line, out var literal);
        if (!hasLiteral && WithoutLineEnd(span).Trim((byte)' ').IsEmpty)
        {
            input = input.Slice(length);
            Reset();
            return ReadOutcome.AppendEnd;
        }

        var reader = new WireReader(span, Limits, Utf8Names);
        if (hasLiteral && AppendSyntax.ExpectMessage(ref reader, literal, out var message))
            return Announce(ref input, length, message);
        var rejection = new Rejection(reader.ErrorKind, Append?.Tag, reader.Error ?? "Message literal expected");
        if (hasLiteral)
            return Refuse(ref input, length, literal, rejection);
        input = input.Slice(length);
        return Reject(rejection);
    }
}
