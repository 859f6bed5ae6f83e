namespace MailCluster.Bodies;

/// <summary>
/// Holds what is immutable about messages: the body (the raw RFC 5322 bytes), the summary computed from it at arrival, and the
/// searchable text. The order of a delivery is always body first, then event: a body without an event is garbage and is collected, an
/// event without a body must be impossible.
/// </summary>
/// <remarks>
/// The body is the truth. Summary and text can be recomputed from it, so a store may keep them less durably, and answers an empty
/// summary or text where they are lost; the caller then makes them again from the body.
/// All members may be called from any thread.
/// </remarks>
public interface IBodyStore
{
    /// <summary>
    /// Stores one message. When the task completes the body is on stable storage; when it fails nothing is stored as far as any
    /// reader can tell. The store has read the buffers of <paramref name="message"/> by the time the task completes and keeps none of them.
    /// </summary>
    /// <exception cref="BodyStoreUnavailableException">The bytes could not be made durable (disk full, I/O error). Nothing is kept.</exception>
    ValueTask<BodyRef> PutAsync(NewBody message, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the summaries of <paramref name="bodies"/>, in their order, into <paramref name="summaries"/>, which is at least as long.
    /// An entry is empty when the store has the body but lost its summary. The memory belongs to the caller.
    /// </summary>
    /// <exception cref="BodyMissingException">A reference names nothing in this store.</exception>
    ValueTask GetSummariesAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, CancellationToken cancellationToken);

    /// <summary>As the summaries, for the searchable text.</summary>
    /// <exception cref="BodyMissingException">A reference names nothing in this store.</exception>
    ValueTask GetTextsAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="GetSummariesAsync(ReadOnlyMemory{BodyRef}, Memory{ReadOnlyMemory{byte}}, CancellationToken)"/>, but the answers may lie in
    /// <paramref name="blocks"/>, and are then good until it is reset.
    /// </summary>
    /// <exception cref="BodyMissingException">A reference names nothing in this store.</exception>
    ValueTask GetSummariesAsync(
        ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, ReadBlocks blocks, CancellationToken cancellationToken) =>
        GetSummariesAsync(bodies, summaries, cancellationToken);

    /// <summary>As the summaries in <paramref name="blocks"/>, for the searchable text.</summary>
    /// <exception cref="BodyMissingException">A reference names nothing in this store.</exception>
    ValueTask GetTextsAsync(
        ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, ReadBlocks blocks, CancellationToken cancellationToken) =>
        GetTextsAsync(bodies, texts, cancellationToken);

    /// <summary>The length of the body in bytes.</summary>
    /// <exception cref="BodyMissingException">The reference names nothing in this store.</exception>
    ValueTask<long> GetLengthAsync(BodyRef body, CancellationToken cancellationToken);

    /// <summary>
    /// Reads up to <c>destination.Length</c> bytes of the body from <paramref name="offset"/>. Returns the bytes read, fewer than asked only at
    /// the end of the body, 0 at or past it. Completes synchronously where the store reads local files.
    /// </summary>
    /// <exception cref="BodyMissingException">The reference names nothing in this store.</exception>
    /// <exception cref="BodyCorruptException">The stored bytes fail their checksum, where the store checks on this read.</exception>
    ValueTask<int> ReadAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>
    /// Gives up the bodies: from <paramref name="freeAfter"/> on the store may remove them; until then they still can be read, so that a
    /// FETCH in flight is answered and history can be restored. Durable on return. Idempotent; unknown references are ignored, since a
    /// crash between the removal and its record makes the owner say it again.
    /// </summary>
    ValueTask ReleaseAsync(ReadOnlyMemory<BodyRef> bodies, DateTimeOffset freeAfter, CancellationToken cancellationToken);
}

/// <summary>One message to store. The owner and the email id are kept beside it, so that a check can tell whose it is.</summary>
/// <param name="Owner">The canonical account id.</param>
/// <param name="EmailId">The message's global id.</param>
/// <param name="Summary">What <c>MessageSummary</c> computed, in its binary form.</param>
/// <param name="Text">The decoded, case-folded UTF-8 of the searchable parts; may be empty.</param>
/// <param name="Body">The raw RFC 5322 bytes.</param>
public readonly record struct NewBody(
    string Owner,
    Guid EmailId,
    ReadOnlyMemory<byte> Summary,
    ReadOnlyMemory<byte> Text,
    ReadOnlyMemory<byte> Body);
