using System.Buffers;
using System.Text;
using MailCluster.Imap.Wire.Syntax;

namespace MailCluster.Imap.Wire;

/// <summary>Lines that are no commands: the answers of a SASL exchange, and DONE.</summary>
internal sealed partial class ImapCommandReader
{
    /// <summary>
    /// Reads one answer of the client in AUTHENTICATE (RFC 9051 §6.2.2): <see cref="ReadOutcome.Command"/> with the decoded bytes, or with
    /// <paramref name="cancelled"/> for <c>*</c>; <see cref="ReadOutcome.Rejected"/> for what is no base64 or too long.
    /// </summary>
    public ReadOutcome ReadSaslResponse(ref ReadOnlySequence<byte> input, out byte[] response, out bool cancelled)
    {
        response = [];
        cancelled = false;
        var outcome = ReadLine(ref input, out var line);
        if (outcome != ReadOutcome.Command)
            return outcome;
        var span = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        cancelled = span.SequenceEqual("*"u8);
        return cancelled || SessionSyntax.TryDecodeResponse(span, out response)
            ? ReadOutcome.Command
            : Reject(new Rejection(RejectionKind.Syntax, null, "Invalid base64"));
    }

    /// <summary>
    /// Reads the line that ends IDLE (RFC 9051 §6.3.13): <see cref="ReadOutcome.Command"/> for DONE, otherwise
    /// <see cref="ReadOutcome.Rejected"/>.
    /// </summary>
    public ReadOutcome ReadIdleEnd(ref ReadOnlySequence<byte> input)
    {
        var outcome = ReadLine(ref input, out var line);
        if (outcome != ReadOutcome.Command)
            return outcome;
        Span<byte> copy = stackalloc byte[8];
        return line.Length <= copy.Length && Ascii.EqualsIgnoreCase(Contiguous(line, copy).TrimEnd((byte)' '), "DONE"u8)
            ? ReadOutcome.Command
            : Reject(new Rejection(RejectionKind.Syntax, null, "DONE expected"));
    }

    /// <summary>Reads a line, given without its end.</summary>
    private ReadOutcome ReadLine(ref ReadOnlySequence<byte> input, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (_mode == Mode.Draining)
            return Drain(ref input);
        var found = TryFindLine(input, 0, out var length);
        if ((found ? length : _scanned) > Limits.LineBytesMax)
            return StartDrain(ref input, 0, new Rejection(RejectionKind.Limit, null, "Line is too long"));
        if (!found)
            return ReadOutcome.NeedMore;
        line = input.Slice(0, length - 1);
        if (line.Length > 0 && line.Slice(line.Length - 1).FirstSpan[0] == '\r')
            line = line.Slice(0, line.Length - 1);
        input = input.Slice(length);
        return ReadOutcome.Command;
    }
}
