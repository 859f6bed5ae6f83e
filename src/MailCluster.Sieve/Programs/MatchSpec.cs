namespace MailCluster.Sieve.Programs;

/// <summary>How values are compared with keys (RFC 5228 §2.7).</summary>
internal enum MatchKind : byte
{
    Is = 0,
    Contains = 1,
    Matches = 2,

    /// <summary>draft-ietf-sieve-regex</summary>
    Regex = 3,

    /// <summary>RFC 5231 §4.2</summary>
    Count = 4,

    /// <summary>RFC 5231 §4.1</summary>
    Value = 5,

    /// <summary>RFC 6134 §2.2</summary>
    List = 6,
}

/// <summary>The relations of RFC 5231.</summary>
internal enum Relation : byte
{
    None = 0,
    Greater = 1,
    GreaterOrEqual = 2,
    Less = 3,
    LessOrEqual = 4,
    Equal = 5,
    NotEqual = 6,
}

/// <summary>The comparators (RFC 4790, RFC 5051).</summary>
internal enum ComparatorKind : byte
{
    Octet = 0,
    AsciiCasemap = 1,
    AsciiNumeric = 2,
    UnicodeCasemap = 3,
}

/// <summary>Match type, relation and comparator of one test.</summary>
internal readonly record struct MatchSpec(MatchKind Type, Relation Relation, ComparatorKind Comparator)
{
    internal static MatchSpec Default => new(MatchKind.Is, Relation.None, ComparatorKind.AsciiCasemap);

    internal ulong Packed => (uint)Type | ((uint)Relation << 3) | ((uint)Comparator << 6);

    internal static MatchSpec Unpack(ulong packed) => new((MatchKind)(packed & 7), (Relation)((packed >> 3) & 7), (ComparatorKind)((packed >> 6) & 3));

    internal static bool IsPacked(ulong packed)
    {
        var spec = Unpack(packed);
        return packed < 1 << 8 && spec.Type <= MatchKind.List && spec.Relation <= Relation.NotEqual
            && spec.Relation == Relation.None != spec.Type is MatchKind.Count or MatchKind.Value;
    }
}
