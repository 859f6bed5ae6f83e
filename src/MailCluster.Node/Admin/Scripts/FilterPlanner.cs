using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary>
/// Turns what a script decided into what is done to a message that is in a folder already. keep, and fileinto into the folder itself, leave it there; fileinto elsewhere
/// alone moves it. What would send something or run a program is not done: the mail was delivered long ago, nobody waits for an answer; and so that nothing
/// is lost for it, the message stays.
/// </summary>
internal static class FilterPlanner
{
    /// <param name="source">The folder that is filtered.</param>
    /// <param name="folders">All folders of the account.</param>
    /// <param name="outcome">What the script decided.</param>
    /// <param name="discard">What discard means.</param>
    public static FilterPlan Plan(FolderName source, FolderList folders, SieveOutcome outcome, DiscardMeans discard)
    {
        if (outcome.Error is { } error)
            return Untouched($"left as it is: {error}");
        if (outcome.IsTemporaryFailure)
            return Untouched("left as it is: try again later");
        var plan = new Building(source, folders, discard);
        foreach (var action in outcome.Actions)
            plan.Add(action);
        return plan.Finish();
    }

    private static FilterPlan Untouched(string text) => new(true, [], null, [], text);

    private sealed class Building(FolderName source, FolderList folders, DiscardMeans discard)
    {
        private readonly List<string> _flags = [];
        private readonly List<FilterTarget> _targets = [];
        private readonly List<string> _notes = [];
        private SieveMessage? _replacement;
        private bool _stays;
        private bool _isDeleted;

        public void Add(SieveAction action)
        {
            switch (action)
            {
                case SieveKeep keep:
                    Stay(keep.Message, keep.Flags);
                    break;
                case SieveFileInto file:
                    FileInto(file);
                    break;
                case SieveDiscard:
                    Discard(action.Message);
                    break;
                default:
                    _stays = true;
                    _notes.Add($"not done: {ActionText.Of(action)}");
                    break;
            }
        }

        public FilterPlan Finish()
        {
            // Never lose a message that nothing was said about.
            _stays |= _targets.Count == 0 && !_isDeleted;
            IEnumerable<string> done =
            [
                .. _targets.Select(target => $"{(_stays ? "copied" : "moved")} to {target.Folder}{FlagsText(target.Flags)}"),
                .. _replacement is not null ? ["edited"] : Array.Empty<string>(),
                .. _stays && _flags.Count > 0 ? [$"kept{FlagsText(_flags)}"] : Array.Empty<string>(),
                .. _stays && _flags.Count == 0 && _replacement is null ? ["kept"] : Array.Empty<string>(),
                .. !_stays && _targets.Count == 0 ? ["deleted"] : Array.Empty<string>(),
                .. _notes,
            ];
            return new FilterPlan(_stays, _flags, _stays ? _replacement : null, _targets, string.Join("; ", done));
        }

        private void Stay(SieveMessage message, IEnumerable<string> flags)
        {
            _stays = true;
            _flags.AddRange(flags.Except(_flags));
            if (message.IsEdited)
                _replacement = message;
        }

        private void FileInto(SieveFileInto file)
        {
            var folder = file.MailboxId is { } id && folders.Folders.FirstOrDefault(one => one.Id.ToString() == id) is { } byId ? byId
                : file.SpecialUse is { } use && folders.Folders.FirstOrDefault(one => Has(one, use)) is { } byUse ? byUse
                : null;
            if (folder is null && !FolderName.TryCreate(file.Folder, out _, out var problem))
            {
                _stays = true;
                _notes.Add($"{file.Folder}: {problem}");
                return;
            }

            var name = folder?.Name ?? FolderName.Create(file.Folder);
            if (name == source)
            {
                Stay(file.Message, file.Flags);
            }
            else if (folders.Find(name) is null && !file.Create)
            {
                _stays = true;
                _notes.Add($"there is no mailbox {name}");
            }
            else
            {
                _targets.Add(new FilterTarget(name, file.Create, file.Flags, file.Message));
            }
        }

        private void Discard(SieveMessage message)
        {
            switch (discard)
            {
                case DiscardMeans.Delete:
                    _isDeleted = true;
                    break;
                case DiscardMeans.Trash when folders.Folders.FirstOrDefault(folder => folder.Use == SpecialUse.Trash) is { } trash:
                    if (trash.Name == source)
                        _stays = true;
                    else
                        _targets.Add(new FilterTarget(trash.Name, false, [], message));
                    break;
                default:
                    _stays = true;
                    _notes.Add(discard == DiscardMeans.Keep ? "not discarded" : "not discarded: there is no mailbox for trash");
                    break;
            }
        }

        private static bool Has(FolderInfo folder, string use) =>
            folder.Use != SpecialUse.None && use.TrimStart('\\').Equals(folder.Use.ToString(), StringComparison.OrdinalIgnoreCase);

        private static string FlagsText(IReadOnlyCollection<string> flags) => flags.Count == 0 ? "" : $" with {string.Join(' ', flags)}";
    }
}
