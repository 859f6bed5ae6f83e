namespace MailCluster.Persistence;

/// <summary>Names one persistent actor and with it one event stream. Canonical, at most 320 bytes of UTF-8 (an address).</summary>
public readonly record struct PersistenceId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>
/// Position of a write in one actor's journal: 1 for the first, then without gaps. One append, whatever number of events it
/// carries, is one write and takes one number.
/// </summary>
public readonly record struct SequenceNr(long Value) : IComparable<SequenceNr>
{
    /// <summary>Before the first write.</summary>
    public static SequenceNr Zero => default;

    public SequenceNr Next => new(Value + 1);

    public int CompareTo(SequenceNr other) => Value.CompareTo(other.Value);

    public static bool operator <(SequenceNr left, SequenceNr right) => left.Value < right.Value;

    public static bool operator >(SequenceNr left, SequenceNr right) => left.Value > right.Value;

    public static bool operator <=(SequenceNr left, SequenceNr right) => left.Value <= right.Value;

    public static bool operator >=(SequenceNr left, SequenceNr right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>
/// The number of one run of a node: the fence. Every append carries it and the journal refuses one that is not alive, so that a node
/// declared dead can never write again whatever its clock or its pauses (DESIGN §8).
/// </summary>
public readonly record struct WriterGeneration(long Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>How long an acknowledged write survives.</summary>
public enum Durability
{
    /// <summary>On stable storage before the append completes: survives power loss.</summary>
    Disk,

    /// <summary>
    /// In the operating system's buffers before the append completes, on stable storage within a second: survives kill -9, power loss could
    /// take the last second. For writes that only change flags, unless <c>durability.flags = disk</c>.
    /// </summary>
    OsBuffers,
}
