using MailCluster.Actors;
using MailCluster.Cluster;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>
/// Sends commands through the <see cref="ShardRegion"/>. A command whose outcome is unknown (the journal failed under it) is sent once more with
/// the same id: if it had been stored, the second time answers what the first would have.
/// </summary>
public sealed class MailboxClient(ShardRegion region, FolderFeedTable feeds, MailboxOptions options) : IMailboxClient
{
    /// <summary>The region of all mailbox actors of a node.</summary>
    public static ShardRegion CreateRegion(
        MailboxServices services,
        int shardCount,
        IShardAllocation allocation,
        ShardRegionOptions options,
        Microsoft.Extensions.Logging.ILoggerFactory loggers) =>
        new(
            services.Persistence.System,
            shardCount,
            allocation,
            options,
            entity => new MailboxActor(services, AccountId.Create(entity.Value)),
            loggers);

    public async ValueTask<TResult> SendAsync<TResult>(
        AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken)
    {
        var request = new MailboxRequest(command, context);
        try
        {
            return await AskAsync<TResult>(account, request, cancellationToken);
        }
        catch (PersistenceUnavailableException) when (command is IMailboxQuery || !context.Id.IsNone)
        {
            return await AskAgainAsync<TResult>(account, request, cancellationToken);
        }
        catch (Exception e) when (Refusal(e) is { } refusal)
        {
            throw refusal;
        }
    }

    public async ValueTask<OpenedFolder> OpenFolderAsync(
        AccountId account, FolderName folder, bool takeRecent, CancellationToken cancellationToken)
    {
        var request = new MailboxRequest(new OpenFolder(folder), CommandContext.None);
        var location = await LocateAsync(account, request, cancellationToken);
        var feed = feeds.Acquire(account, location, out var created);
        try
        {
            if (created)
            {
                // The owner may have published between its answer and the making of the feed, when there was no feed to publish to.
                var now = await LocateAsync(account, request, cancellationToken);
                if (now.Index.Id != feed.Id)
                    throw new MailboxRefusedException(RefusalReason.NonExistent, $"The folder '{folder}' was replaced while it was being opened.");
                feed.Publish(now.Index);
            }

            var index = feed.Current;
            var recent = takeRecent ? feed.ClaimRecent(index.UidNext) : feed.Recent.From;
            return new OpenedFolder(feeds, feed, index, folder, recent);
        }
        catch
        {
            feeds.Release(feed);
            throw;
        }
    }

    private async ValueTask<FolderLocation> LocateAsync(AccountId account, MailboxRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync<FolderLocation>(account, request, cancellationToken);
        }
        catch (PersistenceUnavailableException)
        {
            return await AskAgainAsync<FolderLocation>(account, request, cancellationToken);
        }
        catch (Exception e) when (Refusal(e) is { } refusal)
        {
            throw refusal;
        }
    }

    private async ValueTask<TResult> AskAgainAsync<TResult>(AccountId account, MailboxRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync<TResult>(account, request, cancellationToken);
        }
        catch (Exception e) when (Refusal(e) is { } refusal)
        {
            throw refusal;
        }
    }

    private ValueTask<TResult> AskAsync<TResult>(AccountId account, MailboxRequest request, CancellationToken cancellationToken) =>
        region.AskAsync<TResult>(new EntityId(account.Value), request, options.CommandTimeout, cancellationToken);

    /// <summary>What a failure on the way means to the caller; null for bugs, refusals and cancellation, which pass as they are.</summary>
    private static MailboxRefusedException? Refusal(Exception e) => e switch
    {
        BusyException => new MailboxRefusedException(RefusalReason.Busy, "Too many requests wait for this mailbox; try again.", e),
        PersistenceUnavailableException or JournalUnavailableException or WriterFencedException or RecoveryFailedException
            or AskTimeoutException or ActorStoppedException or RegionStoppedException or ShardElsewhereException or ShardUnavailableException =>
            new MailboxRefusedException(RefusalReason.Unavailable, "The mailbox cannot be reached now; try again.", e),
        _ => null,
    };
}
