using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>
/// The one writer of one account. The rules are <see cref="MailboxRules"/> and <see cref="MailboxState.Apply"/>; this class is plumbing: it
/// gives decisions their time and ids, publishes committed indexes to the feeds, and tells the body store what is no longer used.
/// </summary>
internal sealed partial class MailboxActor(MailboxServices services, AccountId account)
    : PersistentActor<MailboxState, MailboxChange>(services.Persistence, new PersistenceId(account.Value))
{
    private readonly Dictionary<FolderId, RecentMarker> _recent = [];
    private MaildropDoor? _maildrop;

    /// <summary>The folders that were there when something was published last.</summary>
    private ImmutableDictionary<FolderId, FolderState> _published = ImmutableDictionary<FolderId, FolderState>.Empty;

    protected override MailboxState EmptyState => MailboxState.Empty;

    private Durability FlagDurability => services.Options.FlagsToDisk ? Durability.Disk : Durability.OsBuffers;

    protected override Decision<MailboxState, MailboxChange> Decide(MailboxState state, object command)
    {
        var request = (MailboxRequest)command;
        var context = new DecisionContext(services.Time.GetUtcNow(), services.NewId, services.Options) { Level = services.Level.Current };
        var changes = new List<MailboxChange>(1);
        if (request.Command is not (PurgeAccount or DescribeQuota))
        {
            var provisioned = MailboxRules.Provision(state, account, context);
            if (!provisioned.IsEmpty)
                Add(CommandContext.None with { Protocol = "server" }, null, provisioned);
        }

        if (request.Command is ITakesRoom)
        {
            if (News(state, context) is { } news)
                Add(CommandContext.None with { Protocol = "server" }, null, [news]);
            context = context with { Limits = LimitsOf(state) };
        }

        object reply;
        try
        {
            // The account is created by whatever touches it first, a query too.
            if (request.Command is IMailboxQuery query)
            {
                reply = query is DescribeQuota quota ? Describe(state, quota, context) : Answer(state, query, request.IsRemote);
            }
            else
            {
                (var events, reply) = MailboxRules.Decide(state, request.Command, context);
                if (!events.IsEmpty)
                    Add(request.Context, reply, WithScripts(state, request, events, context));
            }
        }
        catch (MailboxRefusedException refusal)
        {
            return Decision<MailboxState, MailboxChange>.Refuse(refusal);
        }

        if (FeatureLevels.Refusal(changes, context.Level) is { } notYet)
            return Decision<MailboxState, MailboxChange>.Refuse(notYet);
        return request.IsRemote
            ? Decision<MailboxState, MailboxChange>.Persist(
                changes, after => new RemoteAnswer(reply, FolderMarks.Of(request.Command, after)), DurabilityOf(changes))
            : Decision<MailboxState, MailboxChange>.Persist(changes, reply, DurabilityOf(changes));

        void Add(CommandContext cause, object? result, ImmutableArray<MailboxEvent> events)
        {
            var change = new MailboxChange(0, state.Changes + 1, context.Now, cause, result, events);
            changes.Add(change);

            // What is decided next is decided on the state with these events in it.
            if (result is null)
                state = MailboxState.Apply(state, change);
        }
    }

    protected override MailboxState Apply(MailboxState state, MailboxChange domainEvent) => MailboxState.Apply(state, domainEvent);

    protected override bool TryGetRecordedReply(MailboxState state, object command, [NotNullWhen(true)] out object? reply)
    {
        reply = null;
        if (command is MailboxRequest { Context.Id.IsNone: false } request && state.Recent.TryGet(request.Context.Id, out var recorded))
            reply = request.IsRemote ? new RemoteAnswer(recorded, FolderMarks.Of(request.Command, state)) : recorded;
        return reply is not null;
    }

    protected override bool MayDecideAgain(object command) =>
        command is MailboxRequest request && (request.Command is IMailboxQuery || !request.Context.Id.IsNone);

    protected override void Encode(IReadOnlyList<MailboxChange> events, IBufferWriter<byte> payload) => EventCodec.Encode(events, payload);

    protected override IReadOnlyList<MailboxChange> Decode(ReadOnlyMemory<byte> payload) => EventCodec.Decode(payload);

    protected override SnapshotChanges WriteSnapshot(MailboxState state, MailboxState? lastSnapshotted) =>
        MailboxSnapshot.Write(state, lastSnapshotted, folder => MarkerOf(folder).From, services.Level.Current);

    protected override MailboxState ReadSnapshot(Snapshot snapshot) =>
        MailboxSnapshot.Read(snapshot, (folder, from) => _recent.TryAdd(folder, new RecentMarker(from)));

    protected override void OnCommitted(MailboxState before, MailboxState after, IReadOnlyList<MailboxChange> events)
    {
        _published = after.Folders;
        TellOutbox(before, after);
        TellScriptTasks(before, after);
        TellLevel(after);
        if (services.Feeds.HasNobodyToTell(account))
            return;
        foreach (var change in events)
        {
            foreach (var e in change.Events)
            {
                switch (e)
                {
                    case MessagesMoved moved:
                        Publish(after, moved.Source);
                        Publish(after, moved.Target);
                        break;
                    case MessagesCopied copied:
                        Publish(after, copied.Target);
                        break;
                    case MessagesAppended appended:
                        Publish(after, appended.Folder);
                        break;
                    case FlagsChanged flags:
                        Publish(after, flags.Folder);
                        break;
                    case MessagesExpunged expunged:
                        Publish(after, expunged.Folder);
                        break;
                    case FolderDeleted deleted:
                        Forget(deleted.Folder);
                        break;
                    case AccountPurged:
                        foreach (var folder in before.Folders.Keys)
                            Forget(folder);
                        break;
                }
            }
        }
    }

    // Also runs after a write whose outcome was unknown: the journal may hold more than was published, and a run of the actor before
    // this one may have left feeds behind.
    protected override void OnRecovered(MailboxState state)
    {
        foreach (var folder in _published.Keys)
        {
            if (!state.Folders.ContainsKey(folder))
                Forget(folder);
        }

        _published = state.Folders;
        if (!state.Outbox.IsEmpty)
            services.Outbox?.OutboxChanged(account, state.NextOutboxAttempt);
        if (!state.ScriptTasks.IsEmpty)
            services.ScriptTasks?.ScriptTasksWait(account);
        _directory?.AskIfOld();
        foreach (var folder in state.Folders.Values)
        {
            if (services.Feeds.FindToTell(account, folder.Id) is { } feed)
            {
                feed.Recent.Own(_recent.GetValueOrDefault(folder.Id)?.From ?? 1);
                _recent[folder.Id] = feed.Recent;
                feed.Publish(folder.Index);
            }
        }
    }

    // DESIGN §8: the release comes after the event, and before the snapshot that lets the event be forgotten.
    protected override async ValueTask BeforeSnapshotAsync(MailboxState state)
    {
        if (state.Released.IsEmpty)
            return;
        var keep = services.Options.HistoryRetention > services.Options.GracePeriod
            ? services.Options.HistoryRetention
            : services.Options.GracePeriod;
        await services.Bodies.ReleaseAsync(state.Released.ToArray(), services.Time.GetUtcNow() + keep, CancellationToken.None);
    }

    protected override MailboxState OnSnapshotSaved(MailboxState state) => state with { Released = [] };

    protected override long EstimateMemory(MailboxState state) => state.MemoryBytes;

    private Durability DurabilityOf(List<MailboxChange> changes)
    {
        foreach (var change in changes)
        {
            foreach (var e in change.Events)
            {
                if (e is not (FlagsChanged or ScriptsQueued or ScriptsSettled))
                    return Durability.Disk;
            }
        }

        return FlagDurability;
    }

    private object Answer(MailboxState state, IMailboxQuery query, bool isRemote) => query switch
    {
        ListFolders => MailboxAnswers.List(state, folder => MarkerOf(folder).From),
        DescribeFolder describe => Describe(state, describe),
        InspectAccount => MailboxAnswers.Inspect(state),
        ListScripts => ScriptAnswers.List(state),
        GetScript get => ScriptAnswers.Get(state, get.Name, get.Known),
        GetActiveScript get => ScriptAnswers.GetActive(state, get.Known),
        AskScriptSpace ask => MailboxRules.RequireScriptSpace(state, ask.Name, ask.Size, services.Options),
        GetAnnotations get => AnnotationAnswers.Get(state, get, services.Options.Annotations),
        ListAnnotations list => AnnotationAnswers.List(state, list),
        NextScriptTask => Next(state),
        ListOutbox => MailboxAnswers.Outbox(state),
        FindMarks find => MailboxAnswers.Find(state, find, services.Time.GetUtcNow()),
        OpenFolder open => Locate(Named(state, open.Name), isRemote, isRemote && open.TakeRecent),
        LocateFolder locate => Locate(MailboxRules.Open(state, locate.Folder), isRemote, takeRecent: false),
        EnterMaildrop or RenewMaildrop or LeaveMaildrop => (_maildrop ??= new MaildropDoor(services.Time)).Answer(query),
        _ => throw new InvalidOperationException($"Nothing answers {query.GetType().Name}."),
    };

    private FolderInfo Describe(MailboxState state, DescribeFolder query)
    {
        var folder = Named(state, query.Name);
        return MailboxAnswers.Describe(folder, MarkerOf(folder).From);
    }

    private static FolderState Named(MailboxState state, FolderName name) =>
        state.Find(name) ?? throw new MailboxRefusedException(RefusalReason.NonExistent, $"There is no folder '{name}'.");

    private object Locate(FolderState folder, bool isRemote, bool takeRecent)
    {
        var marker = MarkerOf(folder);
        var index = folder.Index;
        if (!isRemote)
            return new FolderLocation(index, marker);
        var recentFrom = takeRecent ? marker.ClaimFrom(index.UidNext) : marker.From;
        return new FolderPlace(index.Id, index.UidValidity, index.UidNext, index.HighestModSeq, recentFrom);
    }

    private void TellOutbox(MailboxState before, MailboxState after)
    {
        if (!ReferenceEquals(before.Outbox, after.Outbox))
            services.Outbox?.OutboxChanged(account, after.NextOutboxAttempt);
    }

    private void Publish(MailboxState state, FolderId id)
    {
        if (state.Folders.TryGetValue(id, out var folder))
            services.Feeds.FindToTell(account, id)?.Publish(folder.Index);
    }

    private void Forget(FolderId id)
    {
        _recent.Remove(id);
        services.Feeds.FindToTell(account, id)?.MarkGone();
    }

    private RecentMarker MarkerOf(FolderState folder)
    {
        if (!_recent.TryGetValue(folder.Id, out var marker))
            _recent.Add(folder.Id, marker = new RecentMarker(1));
        return marker;
    }
}
