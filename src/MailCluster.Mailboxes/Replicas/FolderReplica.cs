using Google.Protobuf;
using MailCluster.Cluster;
using MailCluster.Mailboxes.Stored;
using MailCluster.Mailboxes.Wire;
using Microsoft.Extensions.Logging;

namespace MailCluster.Mailboxes;

// A folder's feed on a node that does not have the account.
//
// The problem: a session reads the folder's index from memory, and keeps its view, its connection and its IDLE, while the account's owner is another
// node, dies, or hands over; and what a command answered must be in the index when the command returns.
//
// The steps:
//   1. The replica subscribes to the owner, saying how far the feed is (ModSeq and UIDNEXT; nothing at first).
//   2. The owner answers with what is missing: a difference if its history reaches back so far, else an image; then with a difference for each newer
//      version, or for several at once when this node is slow (MailboxPublisher).
//   3. Each is applied to the feed's index and published. A difference that does not follow the present version ends the stream: go to 1.
//   4. When the stream ends, because the owner handed over or was lost, go to 1; the region finds the new owner. What was committed and not
//      sent before the owner died is in its journal, so the new owner sends it: no gap.
//   5. When this node becomes the owner, the actor is woken: it recovers, and publishes into the same feed from then on. When the account leaves again, go to 1.
// The feed is never taken back: every version is one that was committed, and a lower ModSeq than the present one is passed over.
// It ends with the last session that has the folder open.

/// <summary>Brings one feed the versions of a folder whose account another node has.</summary>
internal sealed class FolderReplica(FolderFeed feed, IMailboxRegion region, MailboxOptions options, TimeProvider time, ILogger log) : IDisposable
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    private readonly EntityId _entity = new(feed.Account.Value);
    private readonly Lock _gate = new();
    private CancellationTokenSource? _stream;
    private Task _running = Task.CompletedTask;
    private bool _isRunning;
    private bool _wantsRecent;

    /// <summary>A difference did not fit: the next publication is to be the whole index, whatever this node has.</summary>
    private bool _wantsImage;
    private bool _disposed;

    /// <summary>The feed follows another node's.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_gate)
                return _isRunning;
        }
    }

    /// <summary>Completes when the replica has come to rest; for tests and for the end of a node.</summary>
    public Task Completion
    {
        get
        {
            lock (_gate)
                return _running;
        }
    }

    /// <summary>Follows the owner if it is another node; looks again where the owner is when it does so already.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_disposed || feed.IsGone)
                return;
            if (_isRunning)
            {
                _stream?.Cancel();
                return;
            }

            _isRunning = true;
            feed.Recent.Follow(0, UidSet.Empty);
            _running = RunAsync();
        }

        // Whoever reads the feed to publish it to others sees that this node no longer may.
        feed.Notify();
    }

    /// <summary>From now on a session here tells of \Recent.</summary>
    public void WantRecent()
    {
        lock (_gate)
        {
            if (_wantsRecent)
                return;
            _wantsRecent = true;
            _stream?.Cancel();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _stream?.Cancel();
        }
    }

    private async Task RunAsync()
    {
        // Not on the stack of who starts it, which holds a lock: on the thread pool, or in the caller's synchronization context if it has one.
        await Task.Yield();
        var pause = TimeSpan.Zero;
        var wasHere = false;
        while (true)
        {
            CancellationTokenSource stream;
            bool isHere;
            lock (_gate)
            {
                if (_disposed || feed.IsGone)
                {
                    _isRunning = false;
                    return;
                }

                isHere = region.IsHere(_entity);
                stream = _stream = new CancellationTokenSource();
            }

            // The account came or left: what was in vain before says nothing of what is to be tried now.
            if (isHere != wasHere)
                pause = TimeSpan.Zero;
            wasHere = isHere;
            try
            {
                var done = isHere ? await WakeOwnerAsync(stream.Token) : await FollowAsync(stream.Token);
                pause = done ? TimeSpan.Zero : Next(pause);
                if (isHere && done && TryRest())
                    return;
            }
            catch (Exception) when (stream.IsCancellationRequested)
            {
                pause = TimeSpan.Zero;
            }
            catch (InvalidDataException e)
            {
                pause = Next(pause);
                _wantsImage = true;
                MailboxLog.PublicationUnusable(log, feed.Id, feed.Account, e);
            }
            catch (Exception e)
            {
                pause = Next(pause);
                MailboxLog.ReplicaInterrupted(log, feed.Id, feed.Account, e);
            }

            // The first time at once: a new owner may be there already.
            if (pause > PauseMin)
                await Task.Delay(pause, time, stream.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            lock (_gate)
                _stream = null;
            stream.Dispose();
        }
    }

    private static TimeSpan Next(TimeSpan pause) =>
        pause == TimeSpan.Zero ? PauseMin : pause * 2 < PauseMax ? pause * 2 : PauseMax;

    /// <summary>This node has the account: nothing to do while it has. False when it has lost it meanwhile.</summary>
    private bool TryRest()
    {
        lock (_gate)
        {
            if (!region.IsHere(_entity))
                return false;
            _isRunning = false;
            _stream?.Dispose();
            _stream = null;
            return true;
        }
    }

    /// <summary>Has this node's actor recovered and take over the feed. False when the account is elsewhere again.</summary>
    private async Task<bool> WakeOwnerAsync(CancellationToken cancellationToken)
    {
        var request = new MailboxRequest(new LocateFolder(feed.Id), CommandContext.None);
        try
        {
            var answer = await region.AskAsync<object>(_entity, request, options.CommandTimeout, cancellationToken);
            if (answer is not FolderLocation location)
                return false;
            feed.Adopt(location);
        }
        catch (MailboxRefusedException e) when (e.Reason == RefusalReason.FolderGone)
        {
            feed.MarkGone();
        }

        return true;
    }

    /// <summary>Follows one owner until its stream ends. False when it ended without anything: a pause is due.</summary>
    private async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        var joiner = new Publications.Joiner();
        var any = false;
        await foreach (var item in region.SubscribeAsync(_entity, Subscription(), cancellationToken).WithCancellation(cancellationToken))
        {
            if (joiner.Add(item) is not { } publication)
                continue;
            any = true;
            if (!Accept(publication))
                break;
        }

        return any;
    }

    private byte[] Subscription()
    {
        var current = feed.Current;
        return new Subscription
        {
            Folder = feed.Id.Value.ToStored(),
            ModSeq = _wantsImage ? 0 : current.HighestModSeq.Value,
            UidNext = current.UidNext,
            WantsRecent = _wantsRecent,
            RecentFrom = feed.Recent.From,
        }.ToByteArray();
    }

    /// <summary>False: the owner's next publication would not fit; subscribe anew.</summary>
    private bool Accept(Publication publication)
    {
        feed.Recent.Follow(publication.RecentFrom, publication.Recent.ToUidSet());
        var current = feed.Current;
        switch (publication.ContentCase)
        {
            case Publication.ContentOneofCase.Image:
                var image = WireIndexes.IndexOf(publication.Image.Parts);
                feed.Publish(_wantsImage ? image : Renewed(current, image));
                _wantsImage = false;
                return true;
            case Publication.ContentOneofCase.Delta:
                var delta = WireIndexes.FromWire(publication.Delta);
                if (delta.To <= current.HighestModSeq)
                    return true;
                if (delta.From != current.HighestModSeq)
                    return false;
                feed.Publish(current.Advance(delta));
                return true;
            case Publication.ContentOneofCase.Gone:
                feed.MarkGone();
                return false;
            default:
                throw new InvalidDataException("A later release published a folder in a way that this one does not know.");
        }
    }

    /// <summary>The image as a successor of the present version, so that what did not change stays the same objects and sessions need not compare it.</summary>
    private static FolderIndex Renewed(FolderIndex current, FolderIndex image)
    {
        if (image.HighestModSeq <= current.HighestModSeq || current.Exists == 0 || image.UidValidity != current.UidValidity)
            return image;
        return current.Advance(FolderDelta.Between(current, image));
    }
}
