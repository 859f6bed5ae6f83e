using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Node.Migration;

/// <summary>
/// Copies the bodies of one account from one store to another, some at a time so that they share commits. Each is checked against its checksum before it is
/// read, and read back and compared after it was stored. What the log knows is not copied again.
/// </summary>
internal sealed class BodyCopy(IBodyStore source, IBodyStoreCheck sourceCheck, IBodyStore target, MigrationLog log, MimeLimits limits)
{
    /// <summary>Bodies under way at once, in number and in bytes.</summary>
    private const int BatchBodies = 64;
    private const long BatchBytes = 16 << 20;

    /// <summary>Bytes copied so far, all accounts.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bodies copied so far, all accounts.</summary>
    public long Count { get; private set; }

    /// <param name="image">The account, as it is in the source.</param>
    /// <param name="known">What the log knows of it; grows as it is written.</param>
    /// <param name="strays">Bodies of the account that are in the target, by the message's id, some of which the log does not know.</param>
    /// <param name="cancellationToken">Stops between two bodies.</param>
    /// <exception cref="MigrationException">A message has lost its body, or it is damaged, in the source; or what was stored is not what was read.</exception>
    public async Task CopyAsync(
        AccountImage image, IReadOnlyDictionary<BodyRef, BodyRef> known, IReadOnlyDictionary<Guid, BodyRef> strays, CancellationToken cancellationToken)
    {
        var batch = new List<(ImagedBody Body, int Length)>();
        var bytes = 0L;
        foreach (var body in image.Bodies)
        {
            if (known.ContainsKey(body.Body))
            {
                continue;
            }
            if (await LengthAsync(image.Account, body, cancellationToken) is not { } length)
            {
                log.Copied(body.Body, BodyRef.None);
                continue;
            }
            batch.Add((body, length));
            bytes += length;
            if (batch.Count == BatchBodies || bytes >= BatchBytes)
            {
                await CopyAsync(image.Account, batch, strays, cancellationToken);
                bytes = 0;
            }
        }
        await CopyAsync(image.Account, batch, strays, cancellationToken);
    }

    /// <summary>Null for a body that only the history names and that was freed.</summary>
    private async Task<int?> LengthAsync(AccountId account, ImagedBody body, CancellationToken cancellationToken)
    {
        switch (await sourceCheck.VerifyAsync(body.Body, cancellationToken))
        {
            case BodyCondition.Sound:
                return (int)await source.GetLengthAsync(body.Body, cancellationToken);
            case var _ when !body.IsUsed:
                return null;
            case BodyCondition.Missing:
                throw new MigrationException($"{account}: the body of the message {body.EmailId} is missing; mailctl fsck --repair --drop-lost, on the running source, removes such messages");
            default:
                throw new MigrationException($"{account}: the body of the message {body.EmailId} is damaged; see mailctl fsck --verify on the running source");
        }
    }

    private async Task CopyAsync(
        AccountId account, List<(ImagedBody Body, int Length)> batch, IReadOnlyDictionary<Guid, BodyRef> strays, CancellationToken cancellationToken)
    {
        var copies = await Task.WhenAll(batch.Select(entry => CopyAsync(account, entry.Body, entry.Length, strays, cancellationToken)));
        for (var i = 0; i < copies.Length; i++)
        {
            log.Copied(batch[i].Body.Body, copies[i]);
            Bytes += batch[i].Length;
        }
        Count += copies.Length;
        log.Flush();
        batch.Clear();
    }

    private async Task<BodyRef> CopyAsync(
        AccountId account, ImagedBody body, int length, IReadOnlyDictionary<Guid, BodyRef> strays, CancellationToken cancellationToken)
    {
        var message = await ReadAsync(source, body.Body, length, cancellationToken);
        // Stored by a run that was killed before it could write that down.
        if (strays.TryGetValue(body.EmailId.Value, out var stray) && await IsSameAsync(stray, message, cancellationToken))
        {
            return stray;
        }
        var summary = new ReadOnlyMemory<byte>[1];
        var text = new ReadOnlyMemory<byte>[1];
        await source.GetSummariesAsync(new[] { body.Body }, summary, cancellationToken);
        await source.GetTextsAsync(new[] { body.Body }, text, cancellationToken);
        // A store may lose summaries, which are made of the body again.
        using var made = summary[0].IsEmpty ? PreparedMessage.Read(message, limits) : null;
        var copy = await target.PutAsync(
            new NewBody(account.Value, body.EmailId.Value, made?.Summary ?? summary[0], made?.Text ?? text[0], message), cancellationToken);
        return await IsSameAsync(copy, message, cancellationToken)
            ? copy
            : throw new MigrationException($"{account}: the copy of the message {body.EmailId} is not what was stored; is the target sound?");
    }

    private async Task<bool> IsSameAsync(BodyRef copy, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        await target.GetLengthAsync(copy, cancellationToken) == message.Length
        && (await ReadAsync(target, copy, message.Length, cancellationToken)).AsSpan().SequenceEqual(message.Span);

    private static async Task<byte[]> ReadAsync(IBodyStore store, BodyRef body, int length, CancellationToken cancellationToken)
    {
        var message = new byte[length];
        for (var read = 0; read < length;)
        {
            var count = await store.ReadAsync(body, read, message.AsMemory(read), cancellationToken);
            read += count > 0 ? count : throw new BodyCorruptException(body, $"it ends after {read} of {length} bytes");
        }
        return message;
    }
}
