using System.Collections.Immutable;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>
/// The actions of the stages, and the keep. A stage's actions count only when the stage has ended well. A keep in a stage that is not the last one only lets the
/// next one run, as Pigeonhole has it: what the last one leaves in effect is done.
/// </summary>
internal sealed partial class SieveRun
{
    /// <summary>Of the stages that have ended.</summary>
    private readonly List<SieveAction> _actions = [];

    /// <summary>Of the stage that is being run.</summary>
    private readonly List<SieveAction> _stageActions = [];

    private readonly List<DuplicateMark> _marks = [];
    private int _marksBefore;
    private bool _isKeepCancelled;
    private bool _isDiscarded;
    private SieveKeep? _keep;

    /// <summary>True if nothing was filed into the inbox since the keep: its flags then win (RFC 5232 §3).</summary>
    private bool _isKeepLast;

    private IEnumerable<SieveAction> All => _actions.Concat(_stageActions);

    private void BeginStage()
    {
        _stageActions.Clear();
        _marksBefore = _marks.Count;
        _isKeepCancelled = _isDiscarded = false;
        _keep = null;

        // RFC 6609 §3.4 shares variables among scripts that include each other; stages do not.
        _globals = null;
        _included.Clear();
        _variableCharacters = 0;
        _variableCount = 0;
    }

    /// <summary>True if the next stage is to run.</summary>
    private bool EndStage()
    {
        _actions.AddRange(_stageActions);
        _stageActions.Clear();
        return !_isKeepCancelled || _keep is not null;
    }

    /// <summary>Adds an action; one that is there already is not done twice (RFC 5228 §2.10.3).</summary>
    private void Add(SieveAction action, ActionBits bits)
    {
        if ((bits & ActionBits.Copy) == 0)
            _isKeepCancelled = true;
        for (var i = 0; i < _stageActions.Count; i++)
        {
            if (IsSame(_stageActions[i], action))
            {
                // RFC 5232 §3: the flags given last win; a folder that one of them makes is made.
                if (_stageActions[i] is SieveFileInto first && action is SieveFileInto next)
                    _stageActions[i] = first with { Flags = next.Flags, Create = first.Create || next.Create };
                return;
            }
        }

        if (_actions.Exists(other => IsSame(other, action)))
            return;
        if (_actions.Count + _stageActions.Count >= _limits.ActionsMax)
            throw SieveRunException.Limit($"more than {_limits.ActionsMax} actions");
        _stageActions.Add(action);
    }

    private static bool IsSame(SieveAction a, SieveAction b) => (a, b) switch
    {
        (SieveFileInto x, SieveFileInto y) => ReferenceEquals(x.Message, y.Message) && x.Folder == y.Folder && x.MailboxId == y.MailboxId && x.SpecialUse == y.SpecialUse,
        (SieveRedirect x, SieveRedirect y) => string.Equals(x.Address, y.Address, StringComparison.OrdinalIgnoreCase) && x.List == y.List,
        (SieveNotify x, SieveNotify y) => x.Method == y.Method && x.Text == y.Text,
        _ => false,
    };

    private void CheckNotRejected(string name)
    {
        if (All.FirstOrDefault(static action => action is SieveReject) is SieveReject reject)
            throw SieveRunException.Error($"{name} cannot be combined with {NameOf(reject)}");
    }

    private static string NameOf(SieveAction action) => action switch
    {
        SieveReject { IsEreject: true } => "ereject",
        _ => action.GetType().Name["Sieve".Length..].ToLowerInvariant(),
    };

    private SieveOutcome Finished()
    {
        if (!_isKeepCancelled || _keep is not null)
            AddKeep(_keep ?? new SieveKeep(_message, _flags, true));
        else if (_isDiscarded && !_actions.Exists(static action => action is not (SieveNotify or SieveReportAbuse or SieveVacation)))
            _actions.Add(new SieveDiscard(_original));
        return new SieveOutcome([.. _actions], null, false, [.. _marks], Log());
    }

    /// <summary>RFC 5228 §2.10.6: after an error the message is kept, as it was delivered.</summary>
    private SieveOutcome Failed(SieveError error)
    {
        // What an earlier stage has refused stays refused: its sender is told so.
        if (!_actions.Exists(static action => action is SieveReject))
            AddKeep(new SieveKeep(_original, [], true));
        return new SieveOutcome([.. _actions], error, false, [.. _marks.Take(_marksBefore)], Log());
    }

    /// <summary>A keep and a fileinto into the folder that keep means are one (RFC 5228 §2.10.3).</summary>
    private void AddKeep(SieveKeep keep)
    {
        // RFC 6785 §3.3: a fileinto always makes a new message there.
        if (IsImapEvent)
        {
            _actions.Add(keep);
            return;
        }

        var inbox = Environment("vnd.dovecot.default-mailbox") ?? "INBOX";
        var same = _actions.FindIndex(action => action is SieveFileInto { MailboxId: null, SpecialUse: null } into && ReferenceEquals(into.Message, keep.Message)
            && (into.Folder == inbox || (IsInbox(into.Folder) && IsInbox(inbox))));
        if (same >= 0)
            _actions[same] = keep with { Flags = keep.IsImplicit || !_isKeepLast ? ((SieveFileInto)_actions[same]).Flags : keep.Flags };
        else
            _actions.Add(keep);
    }

    private static bool IsInbox(string folder) => folder.Equals("INBOX", StringComparison.OrdinalIgnoreCase);
}
