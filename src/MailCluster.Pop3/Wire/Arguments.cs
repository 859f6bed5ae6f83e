namespace MailCluster.Pop3.Wire;

/// <summary>Reads the arguments of a command: words with single spaces between, as RFC 1939 §3 has them, or several, as clients have them.</summary>
internal ref struct Arguments(ReadOnlySpan<byte> text)
{
    /// <summary>More digits than any number of messages or lines needs.</summary>
    private const int DigitsMax = 20;

    private ReadOnlySpan<byte> _rest = text.Trim((byte)' ');

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>The next word, empty if there is none.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var end = _rest.IndexOf((byte)' ');
        var word = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[end..].TrimStart((byte)' ');
        return word;
    }

    /// <summary>Reads digits and nothing else; what is past <see cref="int.MaxValue"/> becomes that.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        if (digits.Length is 0 or > DigitsMax || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        long value = 0;
        foreach (var digit in digits)
            value = Math.Min(value * 10 + (digit - '0'), int.MaxValue);
        number = (int)value;
        return true;
    }
}
