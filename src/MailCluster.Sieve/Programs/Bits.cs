namespace MailCluster.Sieve.Programs;

/// <summary>Which MIME parts a header test looks at and what of their fields (RFC 5703 §4), with the :last of RFC 5260.</summary>
[Flags]
internal enum HeaderBits : byte
{
    None = 0,
    Mime = 1,
    AnyChild = 2,
    Type = 4,
    Subtype = 8,
    ContentType = 16,
    Param = 32,

    /// <summary>:index counts from the end.</summary>
    Last = 64,
}

/// <summary>RFC 5228 §2.7.4, RFC 5233.</summary>
internal enum AddressPart : byte
{
    All = 0,
    LocalPart = 1,
    Domain = 2,
    User = 3,
    Detail = 4,
}

[Flags]
internal enum DateBits : byte
{
    None = 0,
    OriginalZone = 1,
    Last = 2,
}

/// <summary>RFC 5173 §5.</summary>
internal enum BodyTransform : byte
{
    Text = 0,
    Raw = 1,
    Content = 2,
}

/// <summary>RFC 6609 §3.2.</summary>
[Flags]
internal enum IncludeBits : byte
{
    None = 0,
    Global = 1,
    Once = 2,
    Optional = 4,
}

/// <summary>Of fileinto, redirect, pipe, vacation, execute: each bit means something to one of them only.</summary>
[Flags]
internal enum ActionBits : byte
{
    None = 0,
    Copy = 1,
    Create = 2,
    List = 4,
    ByTrace = 8,
    Try = 16,
    Mime = 32,
    PipeMessage = 64,
    IsTest = 128,
}

/// <summary>RFC 5232 §3.</summary>
internal enum FlagChange : byte
{
    Set = 0,
    Add = 1,
    Remove = 2,
}

/// <summary>Modifiers of set (RFC 5229 §4.1, RFC 5435 §6, draft-ietf-sieve-regex), to be applied from the first to the last.</summary>
[Flags]
internal enum Modifiers : byte
{
    None = 0,
    Lower = 1,
    Upper = 2,
    LowerFirst = 4,
    UpperFirst = 8,
    QuoteWildcard = 16,
    QuoteRegex = 32,
    EncodeUrl = 64,
    Length = 128,
}
