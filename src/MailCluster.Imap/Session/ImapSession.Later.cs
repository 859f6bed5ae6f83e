using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Session;

// Commands that are still under way while the next one is read.
//
// The problem: a client that uploads a folder sends many APPENDs without waiting. Each has to be on stable storage before it is
// answered; were they run one after the other, each would pay for two fsyncs alone, while many together can share them.
//
// The steps: an APPEND whose literal came in is handed to the body store and then to the mailbox, in the order of the commands, and the session reads
// on. It is finished (changes told, tagged line written), again in the order of the commands, when
//   - the next command is of another kind, or is refused, or waits for an invitation;
//   - nothing more has come: the client may wait for the answers;
//   - many are under way;
//   - the session ends.
// RFC 9051 §5.5 allows it: the answers and the results are those of running them one by one. A crash leaves a prefix of them, of which some may not
// have been answered, as it would have otherwise.
internal sealed partial class ImapSession
{
    /// <summary>Commands under way at one time. Their literals are let go as soon as they are stored, so this bounds little more than answers.</summary>
    private const int UnderWayMax = 64;

    private readonly Queue<(CommandRow Row, ImapCommand Command, Task<CommandOutcome> Later)> _later = new();

    private AppendTurn? _lastAppend;

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

    /// <summary>Only commands that neither depend on what the ones before them did nor tell of it.</summary>
    private static bool MayOverlap(ImapCommand command) => command is AppendCommand;

    private async ValueTask PostponeAsync(CommandRow row, ImapCommand command, Task<CommandOutcome> later)
    {
        _later.Enqueue((row, command, later));
        if (_later.Count >= UnderWayMax && !await FinishFirstAsync())
            await AbandonLaterAsync();
    }

    private async ValueTask<bool> FinishFirstAsync()
    {
        var (row, command, later) = _later.Dequeue();
        var outcome = await RunGuardedAsync(row, command, later);
        return await ConcludeAsync(row, command, outcome);
    }

    /// <summary>Waits for what is under way; nobody is there to be told of it.</summary>
    private async ValueTask AbandonLaterAsync()
    {
        while (_later.TryDequeue(out var command))
            await ((Task)command.Later).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
