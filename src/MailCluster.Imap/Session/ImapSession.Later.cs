using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session;

// Commands that are still under way while the next one is read.
//
// The problem: a client that uploads a folder, or marks messages one by one, sends many APPENDs or STOREs without waiting. Each has to be on
// stable storage, or written to the journal, before it is answered; were they run one after the other, each would pay for a write and its
// hand-overs alone, while many together can share them.
//
// The steps: an APPEND whose literal came in is handed to the body store and then to the mailbox, a STORE to the mailbox, in the order of the
// commands, and the session reads on. It is finished (changes told, tagged line written), again in the order of the commands, when
//   - the next command is of another kind, or is refused, or waits for an invitation;
//   - nothing more has come: the client may wait for the answers;
//   - many are under way;
//   - the session ends.
// RFC 9051 §5.5 allows it: the answers and the results are those of running them one by one. A crash leaves a prefix of them, of which some may not
// have been answered, as it would have otherwise.
//
// STOREs run together only if they are .SILENT, without CONDSTORE, and all of them by number or all by UID. By number nothing is expunged
// for the client in between, so the numbers mean the same messages as one by one; by UID no number is used. And only if no two concern the same
// message: one that fails on its way (a journal that is away, an owner that dies) is sent again after those behind it. What others changed is told after the
// last of them, when the mailbox has run them all: before that the newest version may hold some of their changes and not yet others, and
// what the client did itself could not be told from what others did.
internal sealed partial class ImapSession
{
    /// <summary>Commands under way at one time. Their literals are let go as soon as they are stored, so this bounds little more than answers.</summary>
    private const int UnderWayMax = 64;

    private readonly Queue<(CommandRow Row, ImapCommand Command, Func<ValueTask<CommandOutcome>> Later)> _later = new();

    private AppendTurn? _lastAppend;

    /// <summary>The messages of the STOREs under way.</summary>
    private UidSet _uidsUnderWay = UidSet.Empty;

    /// <summary>What the STOREs did that were finished since the news were told.</summary>
    private List<OwnChange> _storesUntold = [];

    /// <summary>Commands are under way.</summary>
    public bool HasLater => _later.Count > 0;

    public AppendTurn TakeAppendTurn() => _lastAppend = new AppendTurn(_lastAppend?.Passed ?? Task.CompletedTask);

    /// <summary>Finishes all commands that are under way. Afterwards the session may be in logout.</summary>
    public async ValueTask FinishLaterAsync()
    {
        while (_later.Count > 0)
            await FinishOneLaterAsync();
    }

    /// <summary>
    /// Finishes the first command that is under way, if any; to be followed by a look whether input has come meanwhile. Finishing all would let the
    /// disk stand idle until the client's next commands are read.
    /// </summary>
    public async ValueTask FinishOneLaterAsync()
    {
        if (_later.Count > 0 && !await FinishFirstAsync())
            await AbandonLaterAsync();
    }

    /// <summary>Whether the command may begin while those under way are. They are all of one kind.</summary>
    private bool MayFollowLater(ImapCommand command) => _later.Count == 0 || _later.Peek().Command switch
    {
        AppendCommand => command is AppendCommand,
        StoreCommand first => command is StoreCommand store && MayOverlap(store) && store.Uid == first.Uid,
        _ => false,
    };

    /// <summary>Whether this STORE may be under way while others like it are.</summary>
    private bool MayOverlap(StoreCommand store) => store.Silent && store.UnchangedSince is null && !HasCondstore;

    /// <summary>Whether this STORE is one of several: others are under way, or more input has come.</summary>
    public bool IsOneOfSeveral(StoreCommand store) => MayOverlap(store) && (HasLater || HasInput(1));

    /// <summary>Whether what others changed is told after a later command: this one is one of several STOREs.</summary>
    private bool TellsLater(ImapCommand command) => command is StoreCommand && HasLater;

    /// <summary>Before one of several STOREs is begun: finishes those under way if one of them concerns a message of it. False: the session is in logout.</summary>
    public async ValueTask<bool> MakeWayAsync(UidSet uids)
    {
        if (!_uidsUnderWay.Intersect(uids).IsEmpty)
            await FinishLaterAsync();
        _uidsUnderWay = _uidsUnderWay.Union(uids);
        return State != SessionState.Logout;
    }

    /// <summary>A STORE that is one of several was carried out.</summary>
    public void NoteStored(OwnChange change) => _storesUntold.Add(change);

    /// <summary>How the changes after this command are told. The session's own that were noted are told of here or never.</summary>
    private ChangeReport TakeReport(ImapCommand command)
    {
        var expungesAllowed = ExpungesAllowed(command);
        if (_storesUntold.Count == 0)
            return expungesAllowed ? ChangeReport.WithExpunges : ChangeReport.WithoutExpunges;
        var report = new ChangeReport
        {
            ExpungesAllowed = expungesAllowed,
            WithUids = command is StoreCommand { Uid: true },
            Silent = _storesUntold,
        };
        _storesUntold = [];
        return report;
    }

    private async ValueTask PostponeAsync(CommandRow row, ImapCommand command, Func<ValueTask<CommandOutcome>> later)
    {
        _later.Enqueue((row, command, later));

        // A client that never lets the queue run empty is to hear the news all the same, and what it did itself is not to be kept for ever.
        if (_later.Count + _storesUntold.Count >= UnderWayMax && command is StoreCommand)
            await FinishLaterAsync();
        else if (_later.Count >= UnderWayMax && !await FinishFirstAsync())
            await AbandonLaterAsync();
    }

    private async ValueTask<bool> FinishFirstAsync()
    {
        var (row, command, later) = _later.Dequeue();
        if (_later.Count == 0)
            _uidsUnderWay = UidSet.Empty;
        var outcome = await RunGuardedAsync(row, command, later);
        return await ConcludeAsync(row, command, outcome);
    }

    /// <summary>Waits for what is under way; nobody is there to be told of it.</summary>
    private async ValueTask AbandonLaterAsync()
    {
        _storesUntold.Clear();
        while (_later.TryDequeue(out var command))
            await ((Task)command.Later().AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
