using MailCluster.Mailboxes;

namespace MailCluster.Simulation.Tests.Checks;

/// <summary>What the journal made of one account, kept beside the cluster: every version that was ever committed, and which command caused it.</summary>
internal sealed class AccountHistory(Action<Promise, string> violated)
{
    private readonly Dictionary<(FolderId Folder, ModSeq ModSeq), FolderIndex> _versions = [];
    private readonly Dictionary<(uint UidValidity, uint Uid), EmailId> _uids = [];
    private readonly Dictionary<CommandId, object?> _results = [];
    private readonly HashSet<EmailId> _appended = [];
    private readonly Dictionary<int, int> _lastOfSession = [];
    private readonly List<ModSeq> _inbox = [];

    internal MailboxState State { get; private set; } = MailboxState.Empty;

    internal FolderState? Inbox => State.Find(FolderName.Inbox);

    internal bool HasLanded(CommandId id) => _results.ContainsKey(id);

    internal object? ResultOf(CommandId id) => _results.GetValueOrDefault(id);

    internal FolderIndex? VersionOf(FolderId folder, ModSeq modSeq) => _versions.GetValueOrDefault((folder, modSeq));

    /// <summary>The newest version of the INBOX that is no newer than the account was at <paramref name="modSeq"/>.</summary>
    internal ModSeq InboxAt(ModSeq modSeq) => _inbox.Where(version => version <= modSeq).DefaultIfEmpty().Max();

    internal void Add(MailboxChange change, SentCommand? command)
    {
        var before = State;
        State = MailboxState.Apply(before, change);
        if (State.ModSeq < before.ModSeq)
        {
            violated(Promise.Views, $"the mod-sequence fell from {before.ModSeq} to {State.ModSeq}");
        }

        if (!change.Cause.Id.IsNone && !_results.TryAdd(change.Cause.Id, change.Result))
        {
            violated(Promise.NothingTwice, $"command {change.Cause.Id.Value} was carried out twice");
        }

        CheckOrder(command);
        foreach (var e in change.Events)
        {
            if (e is MessagesAppended appended)
            {
                foreach (var message in appended.Messages)
                {
                    if (!_appended.Add(message.EmailId))
                    {
                        violated(Promise.NothingTwice, $"message {message.EmailId} was appended twice");
                    }
                }
            }
        }

        foreach (var folder in State.Folders.Values)
        {
            Keep(folder.Index, before.Folders.GetValueOrDefault(folder.Id)?.Index);
        }
    }

    private void CheckOrder(SentCommand? command)
    {
        if (command is null)
        {
            return;
        }

        if (_lastOfSession.TryGetValue(command.Session, out var last) && last > command.Number)
        {
            violated(Promise.Order, $"session {command.Session}: its command {command.Number} was carried out after its command {last}");
        }

        _lastOfSession[command.Session] = command.Number;
    }

    private void Keep(FolderIndex index, FolderIndex? before)
    {
        if (ReferenceEquals(index, before))
        {
            return;
        }

        if (before is not null && index.HighestModSeq <= before.HighestModSeq)
        {
            violated(Promise.Views, $"folder {index.Id} changed without a greater mod-sequence than {before.HighestModSeq}");
        }

        _versions[(index.Id, index.HighestModSeq)] = index;
        if (index.Id == Inbox?.Id)
        {
            _inbox.Add(index.HighestModSeq);
        }

        for (var i = 0; i < index.Exists; i++)
        {
            var row = index.RowAt(i);
            if (!_uids.TryAdd((index.UidValidity, row.Uid), row.EmailId) && _uids[(index.UidValidity, row.Uid)] != row.EmailId)
            {
                violated(Promise.Views, $"UID {row.Uid} of {index.UidValidity} names two messages");
            }
        }
    }
}

/// <summary>A command that a session has sent.</summary>
/// <param name="Session">By whom.</param>
/// <param name="Number">Its place among the session's.</param>
/// <param name="What">For people.</param>
internal sealed record SentCommand(int Session, int Number, string What);
