using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Wire;

/// <summary>Numbers and sets of them.</summary>
internal ref partial struct WireReader
{
    /// <summary>number64: 63 bits (RFC 9051 §9).</summary>
    public bool TryReadNumber64(out long number)
    {
        number = 0;
        var at = _at;
        while (at < _input.Length && char.IsAsciiDigit((char)_input[at]))
        {
            if (number > (long.MaxValue - 9) / 10 && !FitsDigit(number, _input[at]))
                return false;
            number = (number * 10) + (_input[at++] - '0');
        }

        var found = at > _at;
        _at = at;
        return found;
    }

    public bool ExpectNumber64(out long number) => TryReadNumber64(out number) || Reject("Number expected");

    /// <summary>number: 32 bits.</summary>
    public bool ExpectNumber(out uint number)
    {
        number = 0;
        if (!TryReadNumber64(out var wide) || wide > uint.MaxValue)
            return Reject("Number expected");
        number = (uint)wide;
        return true;
    }

    public bool ExpectNzNumber(out uint number) =>
        (ExpectNumber(out number) && number != 0) || Reject("Number greater than 0 expected");

    /// <summary>mod-sequence-valzer (RFC 7162 §7). Also used where the grammar asks for 1 at least: clients send 0 for "all".</summary>
    public bool ExpectModSeq(out ModSeq modSeq)
    {
        var found = TryReadNumber64(out var number) || Reject("Mod-sequence expected");
        modSeq = new ModSeq(number);
        return found;
    }

    public bool ExpectSequenceSet(out SequenceSet set)
    {
        set = SequenceSet.Saved;
        if (TryReadByte((byte)'$'))
            return true;
        if (!ExpectSequenceRange(out var first))
            return false;
        if (Peek != ',')
        {
            set = first == new SequenceRange(1, SequenceRange.Star) ? SequenceSet.All : new SequenceSet([first]);
            return true;
        }

        var ranges = ImmutableArray.CreateBuilder<SequenceRange>(8);
        ranges.Add(first);
        while (TryReadByte((byte)','))
        {
            if (ranges.Count >= Limits.SetRangesMax)
                return Reject("Too many elements in a sequence set", RejectionKind.Limit);
            if (!ExpectSequenceRange(out var range))
                return false;
            ranges.Add(range);
        }

        set = new SequenceSet(ranges.DrainToImmutable());
        return true;
    }

    /// <summary>A set of numbers without <c>*</c> and <c>$</c> (RFC 7162 §7).</summary>
    public bool ExpectKnownSet(out UidSet set)
    {
        set = UidSet.Empty;
        if (!ExpectSequenceSet(out var sequence))
            return false;
        if (sequence.IsSaved || sequence.HasStar)
            return Reject("'*' and '$' are not allowed in this set");
        set = sequence.ToUidSet();
        return true;
    }

    private static bool FitsDigit(long number, byte digit) =>
        number < long.MaxValue / 10 || (number == long.MaxValue / 10 && digit - '0' <= long.MaxValue % 10);

    private bool ExpectSequenceRange(out SequenceRange range)
    {
        range = default;
        if (!ExpectSequenceNumber(out var first))
            return false;
        var last = first;
        if (TryReadByte((byte)':') && !ExpectSequenceNumber(out last))
            return false;
        range = new SequenceRange(first, last);
        return true;
    }

    private bool ExpectSequenceNumber(out uint number)
    {
        number = SequenceRange.Star;
        if (TryReadByte((byte)'*'))
            return true;
        return (TryReadNumber64(out var wide) && wide is > 0 and <= uint.MaxValue && Assign(out number, (uint)wide))
            || Reject("Sequence set expected");
    }

    private static bool Assign(out uint target, uint value)
    {
        target = value;
        return true;
    }
}
