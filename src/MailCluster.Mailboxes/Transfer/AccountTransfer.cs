using MailCluster.Bodies;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

// Bringing an account's journal and snapshot into another store, in which its bodies are already.
//
// Events and snapshot name bodies by references that mean something in one store only, so both are written anew with the new names; nothing else of them
// changes, and so no client can tell: UIDs, UIDVALIDITY, mod-sequences, ids, subscriptions, recorded answers are the events' and the state's own.
//
// The journal's numbers are the store's affair and begin at 1 again. Where the old history was trimmed, its remainder does not make a state from
// nothing; an empty write is put before it as number 1 and trimmed at the end, so that the new store knows, as the old one did, that this history has lost its
// beginning and that the snapshot cannot be done without.
//
//   1. the empty write, if the history is trimmed; then each kept write, in order      a crash: what is there is known by its highest number; go on after it
//   2. the snapshot of the present state at the last number                            a crash: saved or not; saving it again changes nothing
//   3. the empty write is trimmed                                                      a crash: again
//   4. everything is read back and compared                                            no trace

/// <summary>Writes an <see cref="AccountImage"/> into another store. Every step may be repeated after a crash.</summary>
public sealed class AccountTransfer(IJournal source, IJournal target, ISnapshotStore snapshots, WriterGeneration writer)
{
    /// <summary>Does all steps that are not done yet.</summary>
    /// <exception cref="InvalidDataException">The target's journal of the account is longer than this one: it is another's.</exception>
    public async Task WriteAsync(AccountImage image, Func<BodyRef, BodyRef> map, CancellationToken cancellationToken)
    {
        var actor = new PersistenceId(image.Account.Value);
        var last = await WriteJournalAsync(image, actor, map, cancellationToken);
        var parts = image.WriteSnapshot(map);
        await snapshots.SaveAsync(actor, last, writer, parts, [], cancellationToken);
        if (image.IsTrimmed)
            await target.TrimAsync(actor, SequenceNr.Zero.Next, DateTimeOffset.UnixEpoch.AddDays(1), cancellationToken);
        await VerifyAsync(image, actor, last, parts, map, cancellationToken);
    }

    private async Task<SequenceNr> WriteJournalAsync(AccountImage image, PersistenceId actor, Func<BodyRef, BodyRef> map, CancellationToken cancellationToken)
    {
        var end = await target.GetHighestSequenceNrAsync(actor, cancellationToken);
        var wanted = new SequenceNr(image.Last.Value - image.First.Value + 1 + Lead(image));
        if (end > wanted)
            throw new InvalidDataException($"The target has {end} writes of {image.Account} already, the source {wanted}.");
        if (end == SequenceNr.Zero && image.IsTrimmed)
            end = await AppendAsync(actor, end, ReadOnlyMemory<byte>.Empty, DateTimeOffset.UnixEpoch, cancellationToken);
        var sourceEnd = new SequenceNr(image.First.Value - 1 + end.Value - Lead(image));
        await foreach (var entry in source.ReplayAsync(actor, sourceEnd, cancellationToken))
            end = await AppendAsync(actor, end, AccountImage.Rewrite(entry.Payload, map), entry.Time, cancellationToken);
        return end == wanted ? end : throw new InvalidDataException($"{image.Account} changed while it was copied.");
    }

    private async Task<SequenceNr> AppendAsync(
        PersistenceId actor, SequenceNr after, ReadOnlyMemory<byte> payload, DateTimeOffset time, CancellationToken cancellationToken)
    {
        await target.AppendAsync(new JournalWrite(actor, after, writer, payload, time, Durability.Disk), cancellationToken);
        return after.Next;
    }

    private async Task VerifyAsync(
        AccountImage image, PersistenceId actor, SequenceNr last, IReadOnlyList<SnapshotPart> parts, Func<BodyRef, BodyRef> map,
        CancellationToken cancellationToken)
    {
        var stored = await snapshots.LoadAsync(actor, cancellationToken);
        if (stored is null || stored.SequenceNr != last || !SameParts(stored.Parts, parts))
            throw new InvalidDataException($"The snapshot of {image.Account} is not what was written.");
        await using var copies = target.ReplayAsync(actor, new SequenceNr(Lead(image)), cancellationToken).GetAsyncEnumerator(cancellationToken);
        await foreach (var entry in source.ReplayAsync(actor, new SequenceNr(image.First.Value - 1), cancellationToken))
        {
            if (!await copies.MoveNextAsync() || !copies.Current.Payload.Span.SequenceEqual(AccountImage.Rewrite(entry.Payload, map).Span))
                throw new InvalidDataException($"The write {entry.SequenceNr} of {image.Account} is not what was written.");
        }
    }

    /// <summary>Writes in the target before the first of the image.</summary>
    private static int Lead(AccountImage image) => image.IsTrimmed ? 1 : 0;

    private static bool SameParts(IReadOnlyList<SnapshotPart> stored, IReadOnlyList<SnapshotPart> written)
    {
        var byName = written.ToDictionary(part => part.Name, part => part.Bytes, StringComparer.Ordinal);
        return stored.Count == written.Count
            && stored.All(part => byName.TryGetValue(part.Name, out var bytes) && bytes.Span.SequenceEqual(part.Bytes.Span));
    }
}
