using System.Buffers;
using MailCluster.Imap.Wire;

namespace MailCluster.Imap.Tests.Wire;

/// <summary>
/// Plays a session's part for the reader: gives it input in pieces, as one sequence of segments, and takes message literals itself.
/// </summary>
internal sealed class ReaderDriver
{
    private readonly ImapCommandReader _reader;
    private readonly bool _abandon;
    private ReadOnlySequence<byte> _pending;
    private long _literal;

    public ReaderDriver(IEnumerable<string> options)
    {
        var set = options.ToHashSet();
        _reader = new ImapCommandReader(set.Contains("limits") ? SmallLimits : ImapLimits.Default) { Utf8Names = set.Contains("utf8") };
        _abandon = set.Contains("abandon");
    }

    public static ImapLimits SmallLimits { get; } = new()
    {
        LineBytesMax = 100,
        LiteralBytesMax = 20,
        CommandBytesMax = 160,
        LiteralsMax = 3,
        NestingMax = 4,
        SearchKeysMax = 8,
        SetRangesMax = 4,
        ListItemsMax = 4,
        KeywordBytesMax = 10,
        DrainBytesMax = 400,
    };

    public List<string> Outcomes { get; } = [];

    /// <summary>The most bytes left with the caller between two pieces: what a pipe would hold.</summary>
    public long PendingBytesMax { get; private set; }

    public bool IsClosed { get; private set; }

    public static List<string> Run(WireCase wireCase, params int[] splits)
    {
        var driver = new ReaderDriver(wireCase.Options);
        var input = wireCase.Input.ToArray();
        var from = 0;
        foreach (var to in splits.Append(input.Length))
        {
            driver.Feed(input.AsMemory(from, to - from));
            from = to;
        }

        return driver.Outcomes;
    }

    public void Feed(ReadOnlyMemory<byte> piece)
    {
        if (IsClosed)
            return;
        _pending = Segment.Append(_pending, piece);
        while (Step())
        {
        }

        PendingBytesMax = Math.Max(PendingBytesMax, _pending.Length);
    }

    private bool Step()
    {
        var taken = Math.Min(_literal, _pending.Length);
        _pending = _pending.Slice(taken);
        _literal -= taken;
        if (_literal > 0 || _pending.IsEmpty || IsClosed)
            return false;
        switch (_reader.Read(ref _pending))
        {
            case ReadOutcome.NeedMore:
                return false;
            case ReadOutcome.Command:
                Outcomes.Add(_reader.Command!.Tag + ' ' + CommandText.Of(_reader.Command));
                break;
            case ReadOutcome.Continuation:
                Outcomes.Add("+");
                break;
            case ReadOutcome.AppendMessage:
                Outcomes.Add($"{_reader.Append!.Tag} {CommandText.Of(_reader.Append)} {CommandText.Of(_reader.AppendMessage)}");
                if (_abandon)
                {
                    if (_reader.AbandonAppend())
                        Outcomes.Add("abandoned");
                }
                else
                {
                    _literal = _reader.AppendMessage.Literal.Length;
                }

                break;
            case ReadOutcome.AppendEnd:
                Outcomes.Add("end");
                break;
            case ReadOutcome.Rejected:
                var rejection = _reader.Rejection;
                Outcomes.Add($"! {rejection.Tag ?? "*"} {rejection.Kind}{(rejection.Fatal ? " fatal" : "")}: {rejection.Text}");
                IsClosed = rejection.Fatal;
                break;
        }

        return true;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Append(ReadOnlySequence<byte> before, ReadOnlyMemory<byte> piece)
        {
            if (before.IsEmpty)
                return new ReadOnlySequence<byte>(piece);
            Segment? first = null;
            Segment? last = null;
            foreach (var memory in before)
                Add(memory, ref first, ref last);
            Add(piece, ref first, ref last);
            return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
        }

        private static void Add(ReadOnlyMemory<byte> memory, ref Segment? first, ref Segment? last)
        {
            var next = new Segment { Memory = memory, RunningIndex = last is null ? 0 : last.RunningIndex + last.Memory.Length };
            if (last is null)
                first = next;
            else
                last.Next = next;
            last = next;
        }
    }
}
