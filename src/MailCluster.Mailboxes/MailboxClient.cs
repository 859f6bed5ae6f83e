using System.Runtime.CompilerServices;
using MailCluster.Actors;
using MailCluster.Cluster;

namespace MailCluster.Mailboxes;

// The way of a command to its account, wherever that is.
//
// The problem: the account's node may be another, may die with the command in its hands, or hand over. The caller wants one answer, to one execution, and
// the folders it looks at to show what was answered.
//
// The steps:
//   1. Every command has an id; the answer of one that changed something is recorded with its events under it (docs/adr/0004).
//   2. It goes through the region, which takes it to the node that has the account, and sends it again, in order, to the next owner when that is lost.
//   3. What the region cannot settle (a journal that is away, a node that stopped under the command) is repeated here, with the same id, until the
//      command's time is over. Only then is the caller told that the outcome is unknown.
//   4. An answer from another node comes with marks: how far the folders had come. The caller gets it when this process's feeds are as far. Where they cannot
//      be brought there before the command's time is over, it gets its answer all the same: what was carried out is never refused, or it would be done again.
// A crash of this process between 2 and 4: the command may have run and nobody was told, as if the answer had been lost on the way to the client.

/// <summary>Sends commands to the accounts of the whole cluster, and opens their folders.</summary>
public sealed class MailboxClient(
    IMailboxRegion region, FolderFeedTable feeds, FolderReplicas replicas, MailboxOptions options, TimeProvider time, IFeatureLevel? level = null) : IMailboxClient
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(500);

    private readonly IFeatureLevel _level = level ?? FixedFeatureLevel.Newest;

    public int Level => _level.Current;

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

    public ValueTask<TResult> SendAsync<TResult>(
        AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken)
    {
        var request = RequestOf(command, context);
        var deadline = NewDeadline();
        return AnswerAsync(account, command, request, AskHere(account, request, deadline, cancellationToken), deadline, cancellationToken);
    }

    public SentCommand<TResult> Begin<TResult>(
        AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken) =>
        new Sent<TResult>(this, account, command, RequestOf(command, context), cancellationToken);

    private Deadline NewDeadline() => new(time, options.CommandTimeout);

    private MailboxRequest RequestOf(IMailboxCommand command, CommandContext context) => new(
        command, context.Id.IsNone && command is not IMailboxQuery ? context with { Id = CommandId.New(time) } : context);

    private async ValueTask<TResult> AnswerAsync<TResult>(
        AccountId account,
        MailboxCommand<TResult> command,
        MailboxRequest request,
        ValueTask<object> asked,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        var answer = await AskAsync(account, request, asked, deadline, cancellationToken);
        if (answer is RemoteAnswer remote)
        {
            await CatchUpAsync(account, command, remote, deadline, cancellationToken);
            answer = remote.Result;
        }

        return answer is TResult result ? result : throw new UnexpectedReplyException(typeof(TResult), answer);
    }

    public async ValueTask<OpenedFolder> OpenFolderAsync(
        AccountId account, FolderName folder, bool takeRecent, CancellationToken cancellationToken)
    {
        var deadline = NewDeadline();
        var request = new MailboxRequest(new OpenFolder(folder, takeRecent), CommandContext.None);
        while (true)
        {
            var untold = feeds.UntoldOf(account);
            var answer = await AskAsync(account, request, deadline, cancellationToken);
            var opened = answer is RemoteAnswer { Result: FolderPlace place }
                ? await OpenReplicaAsync(account, folder, place, takeRecent, deadline, cancellationToken)
                : await OpenHereAsync(account, folder, (FolderLocation)answer, untold, takeRecent, deadline, cancellationToken);
            if (opened is not null)
                return opened;
        }
    }

    /// <summary>Null: the account has moved to another node meanwhile.</summary>
    private async ValueTask<OpenedFolder?> OpenHereAsync(
        AccountId account, FolderName folder, FolderLocation location, long untold, bool takeRecent, Deadline deadline, CancellationToken cancellationToken)
    {
        var feed = feeds.Acquire(account, location, untold, out var mayBeOld);
        try
        {
            if (!mayBeOld)
            {
                // It may still wait for what another node has to send.
                feed.Adopt(location);
            }
            else
            {
                // The owner has published between its answer and the making of the feed, when there was no feed to publish to.
                var again = new MailboxRequest(new OpenFolder(folder), CommandContext.None);
                if (await AskAsync(account, again, deadline, cancellationToken) is not FolderLocation now)
                {
                    feeds.Release(feed);
                    return null;
                }

                if (now.Index.Id != feed.Id)
                    throw new MailboxRefusedException(RefusalReason.NonExistent, $"The folder '{folder}' was replaced while it was being opened.");
                feed.Adopt(now);
            }

            FollowIfElsewhere(feed, takeRecent);
            var index = feed.Current;
            var recent = takeRecent ? feed.ClaimRecent(index.UidNext) : UnclaimedOf(index, feed.Recent.From);
            return new OpenedFolder(feeds, feed, index, folder, recent);
        }
        catch
        {
            feeds.Release(feed);
            throw;
        }
    }

    private async ValueTask<OpenedFolder> OpenReplicaAsync(
        AccountId account, FolderName folder, FolderPlace place, bool takeRecent, Deadline deadline, CancellationToken cancellationToken)
    {
        var feed = feeds.Acquire(account, place);
        try
        {
            replicas.Follow(feed, takeRecent);
            await ReachAsync(feed, place.HighestModSeq, deadline, cancellationToken);
            if (feed.IsGone)
                throw new MailboxRefusedException(RefusalReason.NonExistent, $"There is no folder '{folder}'.");
            var index = feed.Current;
            var recent = UidSet.OfRange(place.RecentFrom, place.UidNext - 1);
            if (takeRecent)
                recent = recent.Union(feed.ClaimRecent(index.UidNext));
            return new OpenedFolder(feeds, feed, index, folder, recent);
        }
        catch
        {
            feeds.Release(feed);
            throw;
        }
    }

    /// <summary>A feed that was made here may have been left alone when the account moved away, just before it was in the table.</summary>
    private void FollowIfElsewhere(FolderFeed feed, bool wantsRecent)
    {
        if (!region.IsHere(new EntityId(feed.Account.Value)))
            replicas.Follow(feed, wantsRecent);
    }

    private static UidSet UnclaimedOf(FolderIndex index, uint from) => UidSet.OfRange(Math.Max(from, 1), index.UidNext - 1);

    /// <summary>Waits until the feeds of this process show what a command on another node answered.</summary>
    private async ValueTask CatchUpAsync(
        AccountId account, IMailboxCommand command, RemoteAnswer answer, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var mark in answer.Marks)
            {
                if (feeds.Find(mark.Folder) is { } feed)
                    await ReachAsync(feed, mark, deadline, cancellationToken);
            }

            if (!FolderMarks.ConcernsAll(command))
                return;
            foreach (var feed in feeds.All())
            {
                if (feed.Account == account)
                    await ReachAsync(feed, await MarkOfAsync(feed, deadline, cancellationToken), deadline, cancellationToken);
            }
        }
        catch (MailboxRefusedException late) when (late.Reason is RefusalReason.Unavailable or RefusalReason.Busy)
        {
            MailboxLog.AnsweredAhead(replicas.Log, account, late);
        }
    }

    private async ValueTask<FolderMark> MarkOfAsync(FolderFeed feed, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            var request = new MailboxRequest(new LocateFolder(feed.Id), CommandContext.None);
            var answer = await AskAsync(feed.Account, request, deadline, cancellationToken);
            var modSeq = answer is RemoteAnswer { Result: FolderPlace place } ? place.HighestModSeq : ((FolderLocation)answer).Index.HighestModSeq;
            return new FolderMark(feed.Id, modSeq);
        }
        catch (MailboxRefusedException e) when (e.Reason == RefusalReason.FolderGone)
        {
            return new FolderMark(feed.Id, default, Gone: true);
        }
    }

    private ValueTask ReachAsync(FolderFeed feed, FolderMark mark, Deadline deadline, CancellationToken cancellationToken) =>
        ReachAsync(feed, mark.Gone ? new ModSeq(long.MaxValue) : mark.ModSeq, deadline, cancellationToken);

    private async ValueTask ReachAsync(FolderFeed feed, ModSeq modSeq, Deadline deadline, CancellationToken cancellationToken)
    {
        if (feed.Current.HighestModSeq >= modSeq || feed.IsGone)
            return;
        using var late = new CancellationTokenSource(deadline.Left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var begun = time.GetTimestamp();
            await feed.ReachAsync(modSeq, either.Token);
            ReplicaMetrics.Waited(time.GetElapsedTime(begun));
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new MailboxRefusedException(RefusalReason.Unavailable, "The folder cannot be followed now; try again.");
        }
    }

    /// <summary>Whoever awaits the answer right away may as well do the work.</summary>
    private ValueTask<object> AskHere(AccountId account, MailboxRequest request, Deadline deadline, CancellationToken cancellationToken)
    {
        using var turn = TurnScope.Enter();
        return Ask(account, request, deadline, cancellationToken);
    }

    private ValueTask<object> Ask(AccountId account, MailboxRequest request, Deadline deadline, CancellationToken cancellationToken)
    {
        if (FeatureLevels.Refusal(request.Command, Level) is { } notYet)
            return ValueTask.FromException<object>(notYet);
        try
        {
            return region.AskAsync<object>(new EntityId(account.Value), request, deadline.Left, cancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<object>(e);
        }
    }

    private ValueTask<object> AskAsync(AccountId account, MailboxRequest request, Deadline deadline, CancellationToken cancellationToken) =>
        AskAsync(account, request, AskHere(account, request, deadline, cancellationToken), deadline, cancellationToken);

    /// <summary>Asks again until there is an answer or the time is over. An answer from another node is a <see cref="RemoteAnswer"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<object> AskAsync(
        AccountId account, MailboxRequest request, ValueTask<object> asked, Deadline deadline, CancellationToken cancellationToken)
    {
        var entity = new EntityId(account.Value);
        var pause = TimeSpan.Zero;
        while (true)
        {
            try
            {
                var answer = await asked;
                return answer is RemoteAnswer { Result: Exception failure } ? throw failure : answer;
            }
            catch (Exception e) when (AskFailures.MayBeRepeated(e, region.IsHere(entity), isFirst: pause == TimeSpan.Zero) && deadline.Left > pause)
            {
                // The first time at once: the journal may only have lost its answer.
                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, time, cancellationToken);
                pause = pause == TimeSpan.Zero ? PauseMin : pause * 2 < PauseMax ? pause * 2 : PauseMax;
                asked = AskHere(account, request, deadline, cancellationToken);
            }
            catch (Exception e) when (AskFailures.Refusal(e) is { } refusal)
            {
                throw refusal;
            }
        }
    }

    /// <summary>When a command's time is over.</summary>
    private readonly struct Deadline(TimeProvider time, TimeSpan timeout)
    {
        private static readonly TimeSpan LeftMin = TimeSpan.FromMilliseconds(1);

        private readonly long _start = time.GetTimestamp();

        /// <summary>At least a millisecond, so that it can be waited for.</summary>
        public TimeSpan Left => timeout - time.GetElapsedTime(_start) is var left && left > LeftMin ? left : LeftMin;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2012", Justification = "Awaited once, by the one call of AnswerAsync.")]
    private sealed class Sent<TResult> : SentCommand<TResult>
    {
        private readonly MailboxClient _client;
        private readonly AccountId _account;
        private readonly MailboxCommand<TResult> _command;
        private readonly MailboxRequest _request;
        private readonly CancellationToken _cancellationToken;
        private readonly Deadline _deadline;
        private readonly ValueTask<object> _asked;

        internal Sent(
            MailboxClient client, AccountId account, MailboxCommand<TResult> command, MailboxRequest request, CancellationToken cancellationToken)
        {
            _client = client;
            _account = account;
            _command = command;
            _request = request;
            _cancellationToken = cancellationToken;
            _deadline = client.NewDeadline();
            _asked = client.Ask(account, request, _deadline, cancellationToken);
        }

        public override ValueTask<TResult> AnswerAsync() =>
            _client.AnswerAsync(_account, _command, _request, _asked, _deadline, _cancellationToken);
    }
}
