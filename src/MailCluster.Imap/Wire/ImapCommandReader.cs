using System.Buffers;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Wire.Syntax;

namespace MailCluster.Imap.Wire;

// The problem. A command is a line, except that a line may end with "{n}": then n bytes of anything follow, and then the line goes on. With
// {n} the client waits to be invited; with {n+} it does not (RFC 7888). So where a command ends is known only piece by piece, while a
// client may send one byte at a time, or a thousand commands at once, or gigabytes without a line end.
//
// The reader therefore works in two steps. Framing looks only for line ends and literal markers, remembers how far it has looked, and
// checks every limit before it asks for more bytes. When the command is whole, syntax reads it in one go from contiguous memory
// (copied only if it spans segments), with no need to stop half way. The caller keeps all bytes of an incomplete command in its pipe: there
// is no second buffer.
//
// APPEND is the exception: its messages may be as large as the server allows, so they are never framed. The line up to the
// marker is read as a command of its own, the session takes the literal from the pipe, and the reader goes on behind it.
//
// A refused command must still be found the end of, or the rest of it would be run as commands: it is read and thrown away
// (ImapCommandReader.Drain.cs). When a refused line announces a synchronising literal the command ends right there, since the client will
// not send it (RFC 9051 §4.3).
//
// Sources: RFC 9051 §4.3, §9; RFC 7888; RFC 3502; RFC 3516.

/// <summary>
/// Finds commands in the bytes of one client. It does no I/O and keeps only positions between calls: whoever calls shows it, each time, all
/// input that was not consumed, and more. Not thread-safe.
/// </summary>
internal sealed partial class ImapCommandReader(ImapLimits limits)
{
    private Mode _mode;

    // What of the command is framed: whole lines and whole literals.
    private int _framed;

    // How much of the line after that was searched for its end.
    private int _scanned;

    // The literal that begins at _framed, not yet there in full.
    private int _literal;
    private int _literals;

    private enum Mode : byte
    {
        /// <summary>In a command, or between commands.</summary>
        Framing,

        /// <summary>Behind a message literal of APPEND.</summary>
        Append,

        /// <summary>Throwing away the rest of a refused command.</summary>
        Draining,
    }

    /// <summary>What is allowed; may be changed between commands (at login).</summary>
    public ImapLimits Limits { get; set; } = limits;

    /// <summary>Mailbox names are UTF-8 and no longer modified UTF-7: set after ENABLE IMAP4rev2 (RFC 9051 §5.1).</summary>
    public bool Utf8Names { get; set; }

    /// <summary>The command, after <see cref="ReadOutcome.Command"/>.</summary>
    public ImapCommand? Command { get; private set; }

    /// <summary>The APPEND in progress.</summary>
    public AppendCommand? Append { get; private set; }

    /// <summary>The message that follows, after <see cref="ReadOutcome.AppendMessage"/>.</summary>
    public AppendMessage AppendMessage { get; private set; }

    /// <summary>Why, after <see cref="ReadOutcome.Rejected"/>.</summary>
    public Rejection Rejection { get; private set; }

    /// <summary>Whether a command has begun of which not all is there.</summary>
    public bool InCommand => _mode != Mode.Framing || _framed > 0 || _scanned > 0;

    /// <summary>
    /// Reads on. <paramref name="input"/> is moved past what was consumed; on <see cref="ReadOutcome.NeedMore"/> all of what is left has
    /// been examined.
    /// </summary>
    public ReadOutcome Read(ref ReadOnlySequence<byte> input) => _mode switch
    {
        Mode.Framing => ReadCommand(ref input),
        Mode.Append => ReadAppend(ref input),
        _ => Drain(ref input),
    };

    private ReadOutcome ReadCommand(ref ReadOnlySequence<byte> input)
    {
        Command = null;
        while (true)
        {
            if (_literal > 0)
            {
                if (input.Length < _framed + _literal)
                    return ReadOutcome.NeedMore;
                _framed += _literal;
                _literal = 0;
            }

            if (!TryFindLine(input, _framed, out var lineLength))
            {
                return _framed + _scanned > Limits.CommandBytesMax || _scanned > Limits.LineBytesMax
                    ? StartDrain(ref input, _framed, new Rejection(RejectionKind.Limit, TagOf(input), "Command line is too long"))
                    : ReadOutcome.NeedMore;
            }

            if (lineLength > Limits.LineBytesMax || _framed + lineLength > Limits.CommandBytesMax)
                return StartDrain(ref input, _framed, new Rejection(RejectionKind.Limit, TagOf(input), "Command line is too long"));
            var line = input.Slice(_framed, lineLength);
            if (!EndsWithLiteral(line, out var literal))
                return Complete(ref input, _framed + lineLength);
            if (StartLiteral(ref input, lineLength, literal, out var outcome))
                return outcome;
        }
    }

    /// <summary>Takes up the literal announced by the line; true if the caller is to be told something.</summary>
    private bool StartLiteral(ref ReadOnlySequence<byte> input, int lineLength, LiteralHeader literal, out ReadOutcome outcome)
    {
        var framed = _framed + lineLength;
        if (IsAppendMessage(input, framed, out var rejection))
        {
            outcome = ReadAppendFirst(ref input, framed, literal);
            return true;
        }

        rejection ??= Check(input, framed, literal);
        if (rejection is { } refused)
        {
            outcome = Refuse(ref input, framed, literal, refused);
            return true;
        }

        _framed = framed;
        _literal = (int)literal.Length;
        _literals++;
        outcome = ReadOutcome.Continuation;
        return literal.Synchronising;
    }

    private Rejection? Check(ReadOnlySequence<byte> input, int framed, LiteralHeader literal)
    {
        if (literal.Binary && !IsSetMetadata(input, framed))
            return new Rejection(RejectionKind.Syntax, TagOf(input), "A binary literal is only for APPEND");
        if (literal.Length > Limits.LiteralBytesMax || framed + literal.Length > Limits.CommandBytesMax)
        {
            var kind = literal.Length > Limits.LiteralBytesMax && IsSetMetadata(input, framed) ? RejectionKind.AnnotationTooBig : RejectionKind.LiteralTooBig;
            return new Rejection(kind, TagOf(input), "Literal is too big");
        }

        if (_literals >= Limits.LiteralsMax)
            return new Rejection(RejectionKind.Limit, TagOf(input), "Too many literals");
        return null;
    }

    /// <summary>Whether the command is one whose strings may be binary (RFC 5464 §5, value).</summary>
    private bool IsSetMetadata(in ReadOnlySequence<byte> input, int framed)
    {
        Span<byte> copy = stackalloc byte[WireReader.TagBytesMax + LiteralMarker.BytesMax];
        var reader = new WireReader(Contiguous(input.Slice(0, Math.Min(framed, copy.Length)), copy), Limits, Utf8Names);
        return CommandSyntax.ExpectStart(ref reader, out _, out var name, out _) && name == CommandName.SetMetadata;
    }

    /// <summary>Refuses a command at a literal: at once if the client waits for us, otherwise when its rest has come by.</summary>
    private ReadOutcome Refuse(ref ReadOnlySequence<byte> input, int framed, LiteralHeader literal, Rejection rejection)
    {
        if (!literal.Synchronising)
            return StartDrain(ref input, framed, rejection, literal.Length);
        input = input.Slice(framed);
        return Reject(rejection);
    }

    private ReadOutcome Complete(ref ReadOnlySequence<byte> input, int length)
    {
        var whole = input.Slice(0, length);
        input = input.Slice(length);
        Reset();
        if (whole.IsSingleSegment)
            return Parse(whole.FirstSpan);
        var copy = ArrayPool<byte>.Shared.Rent(length);
        whole.CopyTo(copy);
        var outcome = Parse(copy.AsSpan(0, length));
        // What a client sent may be a password, and the pool is shared by all sessions.
        copy.AsSpan(0, length).Clear();
        ArrayPool<byte>.Shared.Return(copy);
        return outcome;
    }

    private ReadOutcome Parse(ReadOnlySpan<byte> command)
    {
        var reader = new WireReader(WithoutLineEnd(command), Limits, Utf8Names);
        Command = CommandSyntax.Read(ref reader, out var rejection);
        return Command is not null ? ReadOutcome.Command : Reject(rejection);
    }

    private ReadOutcome Reject(Rejection rejection)
    {
        Reset();
        Rejection = rejection;
        return ReadOutcome.Rejected;
    }

    private void Reset()
    {
        _mode = Mode.Framing;
        _framed = 0;
        _scanned = 0;
        _literal = 0;
        _literals = 0;
        _drainLiteral = 0;
        _drained = 0;
    }

    /// <summary>Finds the end of the line that begins at <paramref name="start"/>; its length is with the line end.</summary>
    private bool TryFindLine(in ReadOnlySequence<byte> input, int start, out int length)
    {
        length = 0;
        var unseen = input.Slice(Math.Min(start + (long)_scanned, input.Length));
        if (unseen.PositionOf((byte)'\n') is { } end)
        {
            length = _scanned + (int)unseen.Slice(0, end).Length + 1;
            _scanned = 0;
            return true;
        }

        // The caller sees that a line goes past the limit from this number, which cannot overflow: no pipe holds 2 GiB.
        _scanned = (int)Math.Min(int.MaxValue / 2, _scanned + unseen.Length);
        return false;
    }

    private static bool EndsWithLiteral(in ReadOnlySequence<byte> line, out LiteralHeader literal)
    {
        Span<byte> copy = stackalloc byte[LiteralMarker.BytesMax];
        var tail = line.Length > LiteralMarker.BytesMax ? line.Slice(line.Length - LiteralMarker.BytesMax) : line;
        if (!LiteralMarker.TryParse(Contiguous(tail, copy), out literal, out _))
            return false;
        // Rare enough that the whole line may be looked at, copied or not.
        return !LiteralMarker.IsInQuotes(line.IsSingleSegment ? line.FirstSpan : line.ToArray());
    }

    private static ReadOnlySpan<byte> Contiguous(in ReadOnlySequence<byte> part, Span<byte> copy)
    {
        if (part.IsSingleSegment)
            return part.FirstSpan;
        part.CopyTo(copy);
        return copy[..(int)part.Length];
    }

    private static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> line)
    {
        line = line[..^1];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    /// <summary>The tag at the beginning of the command, if one can be read.</summary>
    private static string? TagOf(in ReadOnlySequence<byte> input)
    {
        Span<byte> copy = stackalloc byte[WireReader.TagBytesMax + 1];
        var start = Contiguous(input.Slice(0, Math.Min(input.Length, copy.Length)), copy);
        var length = Grammar.TagLength(start);
        return length is > 0 and <= WireReader.TagBytesMax && length < start.Length && start[length] == ' '
            ? System.Text.Encoding.ASCII.GetString(start[..length])
            : null;
    }
}
