namespace MailCluster.Mime;

/// <summary>Names of header fields, to be looked for in many messages. Case does not count. Immutable.</summary>
public sealed class HeaderFieldSet
{
    /// <summary>No names.</summary>
    public static readonly HeaderFieldSet Empty = new([]);

    private readonly ulong[] _known = new ulong[4];
    private readonly byte[][] _others;

    public HeaderFieldSet(IEnumerable<string> names)
    {
        var others = new List<byte[]>();
        foreach (var name in names)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(name);
            var number = HeaderNames.NumberOf(bytes);
            if (number == 0)
                others.Add(bytes);
            else
                _known[number >> 6] |= 1UL << (number & 63);
        }

        _others = [.. others];
    }

    /// <summary>Whether the field has one of the names.</summary>
    public bool Contains(in IndexedHeader field) =>
        field.Number == 0 ? IsOther(field.Name) : (_known[field.Number >> 6] >> (field.Number & 63) & 1) != 0;

    /// <summary>Whether it is one of the names.</summary>
    public bool Contains(ReadOnlySpan<byte> name)
    {
        var number = HeaderNames.NumberOf(name);
        return number == 0 ? IsOther(name) : (_known[number >> 6] >> (number & 63) & 1) != 0;
    }

    private bool IsOther(ReadOnlySpan<byte> name)
    {
        foreach (var other in _others)
        {
            if (Ascii.EqualsIgnoreCase(name, other))
                return true;
        }

        return false;
    }
}
