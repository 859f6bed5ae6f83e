using System.Globalization;

namespace MailCluster.Mailboxes;

/// <summary>
/// One user, <c>alice@example.com</c>: the canonical lower-case id under which everything of the user is kept. Made only by
/// <see cref="TryCreate"/>, so that a value is always canonical.
/// </summary>
public readonly record struct AccountId
{
    /// <summary>The longest id, in characters: an address of RFC 5321 §4.5.3.1 and a little more.</summary>
    public const int LengthMax = 320;

    private AccountId(string value) => Value = value;

    public string Value { get; }

    /// <summary>
    /// Makes the id of a login or recipient name. Refused (false): empty or too long names, control characters, white space, and
    /// <c>/ : \</c>, which have a meaning in files and paths.
    /// </summary>
    public static bool TryCreate(string? name, out AccountId id)
    {
        id = default;
        if (string.IsNullOrEmpty(name) || name.Length > LengthMax)
            return false;
        foreach (var c in name)
        {
            if (char.IsControl(c) || char.IsWhiteSpace(c) || c is '/' or ':' or '\\')
                return false;
        }

        id = new AccountId(name.ToLowerInvariant());
        return true;
    }

    /// <exception cref="ArgumentException">The name is not one that <see cref="TryCreate"/> takes.</exception>
    public static AccountId Create(string name) =>
        TryCreate(name, out var id) ? id : throw new ArgumentException($"'{name}' is not an account name.", nameof(name));

    public override string ToString() => Value ?? "";
}

/// <summary>Global identity of a folder: survives renames and replication (OBJECTID's MAILBOXID, RFC 8474).</summary>
public readonly record struct FolderId(Guid Value)
{
    public override string ToString() => "F" + Value.ToString("N", CultureInfo.InvariantCulture);
}

/// <summary>Global identity of an immutable message (OBJECTID's EMAILID, RFC 8474): the same for all its copies.</summary>
public readonly record struct EmailId(Guid Value)
{
    public override string ToString() => "M" + Value.ToString("N", CultureInfo.InvariantCulture);
}

/// <summary>Counter of changes, one per account (CONDSTORE, RFC 7162): every event that changes messages takes a greater one. 0 = never.</summary>
public readonly record struct ModSeq(long Value) : IComparable<ModSeq>
{
    public ModSeq Next => new(Value + 1);

    public int CompareTo(ModSeq other) => Value.CompareTo(other.Value);

    public static bool operator <(ModSeq left, ModSeq right) => left.Value < right.Value;

    public static bool operator >(ModSeq left, ModSeq right) => left.Value > right.Value;

    public static bool operator <=(ModSeq left, ModSeq right) => left.Value <= right.Value;

    public static bool operator >=(ModSeq left, ModSeq right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// Identifies one command of one session, so that a command sent again after a lost answer is answered and not run twice. Chosen by the
/// sender, unique for ever.
/// </summary>
public readonly record struct CommandId(Guid Value)
{
    public static CommandId None => default;

    public bool IsNone => Value == Guid.Empty;

    public static CommandId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));
}

/// <summary>
/// A point in time with the zone it was given in, in eight bytes: seconds since 1970 (UTC) and the zone's offset in minutes. IMAP's
/// INTERNALDATE has a resolution of one second and a zone (RFC 9051 §2.3.3).
/// </summary>
public readonly record struct InternalDate
{
    private const int OffsetBits = 12;
    private const int OffsetBias = 1 << (OffsetBits - 1);

    private readonly long _packed;

    private InternalDate(long packed) => _packed = packed;

    public InternalDate(DateTimeOffset value)
        : this((value.ToUnixTimeSeconds() << OffsetBits) | (long)((int)value.Offset.TotalMinutes + OffsetBias))
    {
    }

    /// <summary>The form in which the index and the events keep it.</summary>
    public long Packed => _packed;

    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    public long UnixSeconds => _packed >> OffsetBits;

    public TimeSpan Offset => TimeSpan.FromMinutes((int)(_packed & ((1 << OffsetBits) - 1)) - OffsetBias);

    public static InternalDate FromPacked(long packed) => new(packed);

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeSeconds(UnixSeconds).ToOffset(Offset);
}
