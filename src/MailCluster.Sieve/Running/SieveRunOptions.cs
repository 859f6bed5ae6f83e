namespace MailCluster.Sieve;

/// <summary>What a site has set up for its scripts.</summary>
public sealed record SieveRunOptions
{
    public static SieveRunOptions Default { get; } = new();

    /// <summary>Where the spam scanner says what it thinks (RFC 5235); null: <c>spamtest</c> answers that nothing was tested.</summary>
    public SieveScanner? Spam { get; init; }

    /// <summary>Where the virus scanner does.</summary>
    public SieveScanner? Virus { get; init; }
}
