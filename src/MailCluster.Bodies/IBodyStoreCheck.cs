namespace MailCluster.Bodies;

/// <summary>
/// What a consistency check asks of a body store: everything that is in it, and whether one body is whole. Orphans found this way are given
/// up with <see cref="IBodyStore.ReleaseAsync"/>.
/// </summary>
public interface IBodyStoreCheck
{
    /// <summary>
    /// Every record in the store at about the time of the call, released ones that are not yet freed included. Records put meanwhile may or
    /// may not be seen, and one that the store moves meanwhile may be seen twice, with equal owner and email id.
    /// </summary>
    /// <param name="verify">Also read each body and compare its checksum; without it only what the record says of itself is checked.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    IAsyncEnumerable<BodyRecord> EnumerateAsync(bool verify, CancellationToken cancellationToken);

    /// <summary>Reads one body whole and compares its checksum.</summary>
    ValueTask<BodyCondition> VerifyAsync(BodyRef body, CancellationToken cancellationToken);
}

/// <summary>One stored message as a check sees it.</summary>
/// <param name="Body">
/// Where it is. After a move this is the new place; an owner that still holds an older reference is answered all the same, so compare by
/// <paramref name="Owner"/> and <paramref name="EmailId"/> too before calling a record an orphan.
/// </param>
/// <param name="Owner">Whose it is; empty when the record is damaged.</param>
/// <param name="EmailId">Which message; zero when the record is damaged.</param>
/// <param name="Length">Length of the body in bytes.</param>
/// <param name="Released">Given up, and readable only until its free-after time.</param>
/// <param name="Condition">Sound unless damage was found.</param>
public readonly record struct BodyRecord(BodyRef Body, string Owner, Guid EmailId, long Length, bool Released, BodyCondition Condition);

/// <summary>What a check found of one body.</summary>
public enum BodyCondition
{
    /// <summary>It is there and, as far as was checked, whole.</summary>
    Sound,

    /// <summary>The store knows no such body.</summary>
    Missing,

    /// <summary>It is there and its bytes fail their checksum.</summary>
    Corrupt,
}
