using System.Buffers;

namespace MailCluster.Lmtp.Wire;

/// <summary>
/// Reads the message after DATA: finds its end and takes out the dots that transparency put in (RFC 5321 §4.5.2).
/// </summary>
/// <remarks>
/// <para>
/// The end is CRLF . CRLF and nothing else. Only CRLF begins a line: after a bare LF or a bare CR a dot is a byte like any other. A sender that takes
/// LF . LF or LF . CRLF for an end cannot therefore make this reader see a second message where it saw one ("SMTP smuggling"); bare
/// LF and CR in a message are kept as they came.
/// </para>
/// <para>
/// Whole runs are handed on: the scan looks for CRLF . with vector instructions, and a line costs nothing of its own. What a piece ends
/// with (CR, CRLF, CRLF ., CRLF . CR) is remembered in one state, so pieces may end anywhere.
/// </para>
/// </remarks>
internal struct DotUnstuffer
{
    private State _state;

    public DotUnstuffer() => _state = State.LineStart;

    private enum State : byte
    {
        /// <summary>Inside a line.</summary>
        Inside,

        /// <summary>Inside a line, after a CR that was handed on.</summary>
        InsideCr,

        /// <summary>After CRLF, or at the very beginning.</summary>
        LineStart,

        /// <summary>After the dot that begins a line; it was not handed on.</summary>
        Dot,

        /// <summary>After the dot that begins a line and a CR; neither was handed on.</summary>
        DotCr,
    }

    /// <summary>
    /// Reads a piece, handing the message's bytes to <paramref name="into"/>. Returns true at the end of the message; <paramref name="taken"/> is then how much of the piece
    /// belongs to it, otherwise all.
    /// </summary>
    public bool Read<TSink>(ReadOnlySpan<byte> piece, ref TSink into, out int taken)
        where TSink : IMessageSink, allows ref struct
    {
        var at = 0;
        while (at < piece.Length)
        {
            var next = piece[at];
            switch (_state)
            {
                case State.LineStart when next == (byte)'.':
                    _state = State.Dot;
                    at++;
                    continue;
                case State.Dot when next == (byte)'\r':
                    _state = State.DotCr;
                    at++;
                    continue;
                case State.DotCr when next == (byte)'\n':
                    taken = at + 1;
                    return true;
                case State.DotCr:
                    // The dot was transparency's; the CR was the message's.
                    into.Write("\r"u8);
                    _state = State.InsideCr;
                    continue;
                case State.InsideCr when next == (byte)'\n':
                    into.Write(piece.Slice(at, 1));
                    _state = State.LineStart;
                    at++;
                    continue;
                default:
                    at += Run(piece[at..], ref into);
                    continue;
            }
        }

        taken = piece.Length;
        return false;
    }

    /// <summary>Hands on everything up to and with the next CRLF before a dot, or all.</summary>
    private int Run<TSink>(ReadOnlySpan<byte> piece, ref TSink into)
        where TSink : IMessageSink, allows ref struct
    {
        var found = piece.IndexOf("\r\n."u8);
        if (found >= 0)
        {
            into.Write(piece[..(found + 2)]);
            _state = State.LineStart;
            return found + 2;
        }

        into.Write(piece);
        _state = piece.EndsWith("\r\n"u8) ? State.LineStart : piece[^1] == (byte)'\r' ? State.InsideCr : State.Inside;
        return piece.Length;
    }
}

/// <summary>Where a message's bytes go.</summary>
internal interface IMessageSink
{
    void Write(ReadOnlySpan<byte> bytes);
}
