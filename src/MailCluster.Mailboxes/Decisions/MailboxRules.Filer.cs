using System.Collections.Immutable;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

internal static partial class MailboxRules
{
    /// <summary>Finds the folders of one delivery's messages, makes those that are missing, and gives the messages their UIDs.</summary>
    private sealed class Filer(MailboxState state, DecisionContext context)
    {
        private readonly List<MailboxEvent> _made = [];
        private readonly List<Target> _targets = [];

        /// <summary>The state with the folders that were made; nothing is appended to it, since it is not the one that is built upon.</summary>
        private MailboxState _state = state;

        /// <summary>The body of each message that will be filed.</summary>
        public IEnumerable<BodyRef> Bodies => _targets.SelectMany(target => target.Messages.Select(message => message.Body));

        /// <exception cref="MailboxRefusedException">There is no such folder, and the filing says that there must be; or INBOX takes no message.</exception>
        public void Add(Filing filing)
        {
            var folder = Find(filing);
            var target = _targets.Find(known => known.Folder.Id == folder.Id);
            if (target is null)
                _targets.Add(target = new Target(folder));
            var at = target.Messages.FindIndex(message => message.Body == filing.Message.Body);
            if (at < 0)
            {
                target.Messages.Add(WithRoom(target, filing.Message));
                return;
            }

            // A copy of it is there already (a folder that is missing and INBOX, say): what the user sees is one message.
            var present = target.Messages[at];
            target.Messages[at] = WithRoom(target, present with
            {
                Flags = present.Flags | filing.Message.Flags,
                Keywords = [.. present.Keywords.Union(filing.Message.Keywords, StringComparer.OrdinalIgnoreCase)],
            });
        }

        /// <summary>All that was added must fit together, each folder by the rule that it has.</summary>
        /// <exception cref="MailboxRefusedException">It does not.</exception>
        public void RequireQuota(QuotaCheck check)
        {
            long bytes = 0, messages = 0;
            foreach (var (folder, filed) in _targets)
            {
                if (context.Limits is { } limits && limits.IsIgnored(folder.Name))
                    continue;
                bytes += filed.Sum(static message => (long)message.Size);
                messages += filed.Count;
                MailboxRules.RequireQuota(_state, folder.Name, bytes, messages, check, context);
            }
        }

        /// <summary>Adds the events; the answer tells where each message went.</summary>
        public ImmutableArray<FiledMessage> Finish(ImmutableArray<MailboxEvent>.Builder events)
        {
            events.AddRange(_made);
            var filed = ImmutableArray.CreateBuilder<FiledMessage>();
            var modSeq = _state.ModSeq;
            foreach (var (folder, messages) in _targets)
            {
                var index = folder.Index;
                modSeq = modSeq.Next;
                events.Add(new MessagesAppended(folder.Id, index.UidNext, modSeq, context.UnixSeconds, [.. messages]));
                for (var i = 0; i < messages.Count; i++)
                    filed.Add(new FiledMessage(folder.Name, folder.Id, index.UidValidity, index.UidNext + (uint)i, modSeq));
            }

            return filed.DrainToImmutable();
        }

        private FolderState Find(Filing filing)
        {
            if (_state.Find(filing.Folder) is { } found && (found.Name.IsInbox || HasRoom(found)))
            {
                RequireRoom(found.Index, 1);
                return found;
            }

            switch (filing.IfMissing)
            {
                case MissingFolder.Refuse:
                    throw Refused(RefusalReason.TryCreate, $"There is no folder '{filing.Folder}'.");
                case MissingFolder.Create when TryMake(filing) is { } made:
                    return made;
                default:
                    var inbox = Target(_state, FolderName.Inbox);
                    RequireRoom(inbox.Index, 1);
                    return inbox;
            }
        }

        private FolderState? TryMake(Filing filing)
        {
            if (_state.Names.ContainsKey(filing.Folder))
                return null;
            var maker = new FolderMaker(_state, context);
            var events = maker.MakeParents(filing.Folder);
            var use = filing.CreateAs != SpecialUse.None && _state.Folders.Values.Any(folder => folder.Use == filing.CreateAs)
                ? SpecialUse.None
                : UseOf(_state, new CreateFolder(filing.Folder, filing.CreateAs), context.Options);
            events.Add(maker.Make(filing.Folder, use));
            if (_state.Folders.Count + events.Count > context.Options.FoldersMax)
                return null;
            foreach (var created in events.OfType<FolderCreated>())
                _state = _state.Create(created);
            _made.AddRange(events);
            if (filing.Subscribe && _state.Subscriptions.Count < context.Options.SubscriptionsMax && !_state.Subscriptions.Contains(filing.Folder))
                _made.Add(new SubscriptionChanged(filing.Folder, true));
            return _state.Find(filing.Folder);
        }

        private static bool HasRoom(FolderState folder) => folder.Index.UidNext < uint.MaxValue - 1;

        /// <summary>Keywords are a convenience, the message is not: those that the folder has no room for are left off.</summary>
        private NewMessage WithRoom(Target target, NewMessage message)
        {
            if (message.Keywords.IsEmpty)
                return message;
            var known = target.Folder.Index.Keywords.AllKeywords;
            var room = context.Options.KeywordsMax - known.Count;
            if (message.Keywords.Length <= room)
                return message;
            return message with
            {
                Keywords = [.. message.Keywords.Where(keyword => known.Contains(keyword, StringComparer.OrdinalIgnoreCase) || room-- > 0)],
            };
        }

        private sealed record Target(FolderState Folder)
        {
            public List<NewMessage> Messages { get; } = [];

            public void Deconstruct(out FolderState folder, out List<NewMessage> messages) => (folder, messages) = (Folder, Messages);
        }
    }
}
