namespace MailCluster.Mailboxes.Search;

/// <summary>What keys mean only to one session.</summary>
/// <param name="Saved">The messages of <c>$</c>, in UIDs.</param>
/// <param name="Recent">The messages that are \Recent, in UIDs.</param>
public sealed record SearchContext(UidSet Saved, UidSet Recent)
{
    /// <summary>No session: <c>$</c> is empty, nothing is recent.</summary>
    public static SearchContext None { get; } = new(UidSet.Empty, UidSet.Empty);
}

/// <summary>What a search found.</summary>
/// <param name="Positions">The messages, in the version that was searched.</param>
/// <param name="Unreadable">Messages that were passed over because the store lacks them or holds them damaged.</param>
public readonly record struct SearchResult(PositionSet Positions, int Unreadable);
