using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MailCluster.Cluster;
using MailCluster.Mailboxes.Stored;
using MailCluster.Mailboxes.Wire;

namespace MailCluster.Mailboxes;

/// <summary>
/// Sends the folders of accounts that are on this node to replicas on others (<see cref="FolderReplica"/>). To the folder's feed it is one more session: it
/// remembers which version it sent, and sends the difference to the newest one when the subscriber is ready for it. Nothing queues up for a slow one.
/// </summary>
public sealed class MailboxPublisher(IMailboxRegion region, FolderFeedTable feeds, MailboxOptions options) : IEntityPublisher
{
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> PublishAsync(
        EntityId entity, ReadOnlyMemory<byte> subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wanted = MailboxCodec.Parse(Subscription.Parser, subscription);
        var folder = wanted.Folder.ToFolderId();
        FolderFeed? feed = null;
        var isGone = false;
        try
        {
            feed = await OpenAsync(entity, folder, cancellationToken);
        }
        catch (MailboxRefusedException e) when (e.Reason == RefusalReason.FolderGone)
        {
            isGone = true;
        }

        if (isGone)
        {
            yield return Gone();
            yield break;
        }

        // Not here any more: the subscriber asks where it is.
        if (feed is null)
            yield break;
        var signal = new Signal();
        var granted = UidSet.Empty;
        feed.AddListener(signal);
        try
        {
            feed.Recent.Raise(wanted.RecentFrom);
            var from = new ModSeq(wanted.ModSeq);
            var uidNext = wanted.UidNext;

            // The first one always, so that the subscriber knows it is up to date.
            for (var first = true; region.IsHere(entity); first = false)
            {
                var index = feed.Current;
                if (feed.IsGone)
                {
                    yield return Gone();
                    yield break;
                }

                if (first || index.HighestModSeq > from)
                {
                    if (wanted.WantsRecent)
                        granted = feed.Recent.Claim(index.UidNext);
                    foreach (var item in Publications.Split(Next(feed, index, from, uidNext, granted)))
                        yield return item;
                    granted = UidSet.Empty;
                }

                from = index.HighestModSeq;
                uidNext = index.UidNext;
                await signal.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            // The reader went away with the last one in hand.
            if (!granted.IsEmpty)
                feed.Recent.Return(granted);
            feed.RemoveListener(signal);
            feeds.Release(feed);
        }
    }

    private static ReadOnlyMemory<byte> Gone() => Publications.Split(new Publication { Gone = new Nothing() }).Single();

    private static Publication Next(FolderFeed feed, FolderIndex index, ModSeq from, uint uidNext, UidSet granted)
    {
        var publication = new Publication { Recent = granted.IsEmpty ? null : granted.ToStored(), RecentFrom = feed.Recent.From };
        if (from.Value > 0 && from <= index.HighestModSeq && FolderDelta.Since(index, from, uidNext) is { } delta)
        {
            publication.Delta = WireIndexes.ToWire(delta);
            return publication;
        }

        publication.Image = new Image();
        publication.Image.Parts.AddRange(WireIndexes.PartsOf(index));
        return publication;
    }

    /// <summary>The folder's feed, held for the caller; null when another node has the account.</summary>
    private async ValueTask<FolderFeed?> OpenAsync(EntityId entity, FolderId folder, CancellationToken cancellationToken)
    {
        if (await LocateAsync(entity, folder, cancellationToken) is not { } location)
            return null;
        var feed = feeds.Acquire(AccountId.Create(entity.Value), location, out var created);
        try
        {
            if (!created)
            {
                // It may have followed another node until now.
                feed.Adopt(location);
                return feed;
            }

            // The actor may have published between its answer and the making of the feed.
            if (await LocateAsync(entity, folder, cancellationToken) is { } now)
            {
                feed.Adopt(now);
                return feed;
            }
        }
        catch
        {
            feeds.Release(feed);
            throw;
        }

        feeds.Release(feed);
        return null;
    }

    private async ValueTask<FolderLocation?> LocateAsync(EntityId entity, FolderId folder, CancellationToken cancellationToken)
    {
        if (!region.IsHere(entity))
            return null;
        var request = new MailboxRequest(new Mailboxes.LocateFolder(folder), CommandContext.None);
        return await region.AskAsync<object>(entity, request, options.CommandTimeout, cancellationToken) as FolderLocation;
    }

    /// <summary>That there is a newer version; however many there were, it is one signal.</summary>
    private sealed class Signal : IFolderListener
    {
        private readonly Channel<bool> _channel =
            Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

        public void OnFolderChanged(FolderFeed feed) => _channel.Writer.TryWrite(true);

        public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _channel.Reader.ReadAsync(cancellationToken);
    }
}
