using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

internal static partial class MailboxRules
{
    /// <summary>
    /// What an account that is used for the first time, or since configuration grew, is given: INBOX and the configured folders.
    /// Empty when there is nothing to do.
    /// </summary>
    public static ImmutableArray<MailboxEvent> Provision(MailboxState state, AccountId account, DecisionContext context)
    {
        if (state.Exists && IsProvisioned(state, context.Options))
            return [];

        var events = ImmutableArray.CreateBuilder<MailboxEvent>();
        var maker = new FolderMaker(state, context);
        if (!state.Exists)
        {
            events.Add(new AccountCreated(account.Value));
            events.Add(maker.Make(FolderName.Inbox, SpecialUse.None, provisioned: true));
            events.Add(new SubscriptionChanged(FolderName.Inbox, true));
        }

        foreach (var folder in context.Options.ProvisionedFolders)
        {
            if (state.Provisioned.Contains(folder.Name.Value) || state.Names.ContainsKey(folder.Name) || folder.Name.IsInbox)
                continue;
            events.Add(maker.Make(folder.Name, folder.Use, provisioned: true));
            if (folder.Subscribed)
                events.Add(new SubscriptionChanged(folder.Name, true));
        }

        return events.DrainToImmutable();
    }

    private static bool IsProvisioned(MailboxState state, MailboxOptions options)
    {
        foreach (var folder in options.ProvisionedFolders)
        {
            if (!state.Provisioned.Contains(folder.Name.Value) && !state.Names.ContainsKey(folder.Name))
                return false;
        }

        return true;
    }

    private static MailboxDecision Decide(MailboxState state, CreateFolder command, DecisionContext context)
    {
        if (state.Names.ContainsKey(command.Name))
            throw Refused(RefusalReason.AlreadyExists, $"The folder '{command.Name}' exists already.");
        var maker = new FolderMaker(state, context);
        var events = maker.MakeParents(command.Name);
        var created = maker.Make(command.Name, UseOf(state, command, context.Options));
        events.Add(created);
        RequireFolders(state, events.Count, context.Options);
        return new MailboxDecision(events.ToImmutable(), created.Folder);
    }

    /// <summary>What the command says; or what the configured folder of that name is for, if no other has taken that use.</summary>
    private static SpecialUse UseOf(MailboxState state, CreateFolder command, MailboxOptions options)
    {
        if (command.Use != SpecialUse.None)
            return command.Use;
        foreach (var configured in options.ProvisionedFolders)
        {
            if (configured.Name == command.Name)
                return state.Folders.Values.Any(folder => folder.Use == configured.Use) ? SpecialUse.None : configured.Use;
        }

        return SpecialUse.None;
    }

    private static MailboxDecision Decide(MailboxState state, DeleteFolder command)
    {
        if (command.Name.IsInbox)
            throw Refused(RefusalReason.Cannot, "INBOX cannot be deleted."); // RFC 9051 §6.3.5
        if (state.Find(command.Name) is { } folder)
            return Decision(Done.Value, new FolderDeleted(folder.Id, state.ModSeq.Next));
        throw state.HasChildren(command.Name)
            ? Refused(RefusalReason.HasChildren, $"'{command.Name}' is only a level above other folders; delete those.")
            : Refused(RefusalReason.NonExistent, $"There is no folder '{command.Name}'.");
    }

    private static MailboxDecision Decide(MailboxState state, RenameFolder command, DecisionContext context)
    {
        var (from, to) = command;
        if (to.IsInbox || state.Names.ContainsKey(to))
            throw Refused(RefusalReason.AlreadyExists, $"The folder '{to}' exists already.");
        if (from.IsInbox)
            return RenameInbox(state, to, context);
        var tree = state.Tree(from).ToList();
        if (tree.Count == 0)
            throw Refused(RefusalReason.NonExistent, $"There is no folder '{from}'.");
        if (to.IsUnder(from))
            throw Refused(RefusalReason.Cannot, "A folder cannot be moved under itself.");

        var maker = new FolderMaker(state, context);
        var events = maker.MakeParents(to);
        RequireFolders(state, events.Count, context.Options);
        var modSeq = maker.NextModSeq();
        foreach (var name in tree)
        {
            var renamed = name.Rebase(from, to);
            if (state.Names.ContainsKey(renamed))
                throw Refused(RefusalReason.AlreadyExists, $"The folder '{renamed}' exists already.");
            if (!FolderName.TryCreate(renamed.Value, out _, out var problem))
                throw Refused(RefusalReason.Cannot, problem);
            events.Add(new FolderRenamed(state.Names[name], renamed, modSeq));
        }

        // The names a client shows are its subscriptions: they follow, so that a renamed folder does not vanish from view.
        foreach (var name in state.Subscriptions.Where(name => name == from || name.IsUnder(from)))
        {
            events.Add(new SubscriptionChanged(name, false));
            events.Add(new SubscriptionChanged(name.Rebase(from, to), true));
        }

        return new MailboxDecision(events.ToImmutable(), Done.Value);
    }

    // RFC 9051 §6.3.6: INBOX stays, empty, and its inferior names are not touched.
    private static MailboxDecision RenameInbox(MailboxState state, FolderName to, DecisionContext context)
    {
        var inbox = state.Find(FolderName.Inbox) ?? throw Refused(RefusalReason.NonExistent, "There is no INBOX.");
        var maker = new FolderMaker(state, context);
        var events = maker.MakeParents(to);
        var target = maker.Make(to, SpecialUse.None);
        events.Add(target);
        RequireFolders(state, events.Count, context.Options);
        if (inbox.Index.Exists > 0)
            events.Add(new MessagesMoved(inbox.Id, inbox.Index.AllUids(), target.Folder, 1, maker.NextModSeq(), context.UnixSeconds));
        events.AddRange(CopyAnnotations(state, inbox.Id, target.Folder, context.Options));
        return new MailboxDecision(events.ToImmutable(), Done.Value);
    }

    private static MailboxDecision Decide(MailboxState state, SetSubscription command, DecisionContext context)
    {
        if (state.Subscriptions.Contains(command.Name) == command.Subscribed)
            return MailboxDecision.Nothing(Done.Value);
        if (command.Subscribed && state.Subscriptions.Count >= context.Options.SubscriptionsMax)
            throw Refused(RefusalReason.Limit, $"An account has at most {context.Options.SubscriptionsMax} subscriptions.");
        return Decision(Done.Value, new SubscriptionChanged(command.Name, command.Subscribed));
    }

    private static MailboxDecision Purge(MailboxState state) =>
        state.Exists ? Decision(Done.Value, new AccountPurged(state.ModSeq.Next)) : MailboxDecision.Nothing(Done.Value);

    private static void RequireFolders(MailboxState state, int added, MailboxOptions options)
    {
        if (state.Folders.Count + added > options.FoldersMax)
            throw Refused(RefusalReason.Limit, $"An account has at most {options.FoldersMax} folders.");
    }

    /// <summary>Chooses ids, UIDVALIDITYs and mod-sequences of the folders that one command makes.</summary>
    private sealed class FolderMaker(MailboxState state, DecisionContext context)
    {
        private ModSeq _modSeq = state.ModSeq;
        private uint _uidValidity = state.LastUidValidity;

        public ModSeq NextModSeq() => _modSeq = _modSeq.Next;

        public FolderCreated Make(FolderName name, SpecialUse use, bool provisioned = false)
        {
            // Greater than any before it, and near the clock, so that it stays greater if the account is ever rebuilt from elsewhere.
            _uidValidity = Math.Max(_uidValidity + 1, context.UnixSeconds);
            return new FolderCreated(new FolderId(context.NewId()), name, use, _uidValidity, NextModSeq(), provisioned);
        }

        /// <summary>The missing folders above <paramref name="name"/>, topmost first.</summary>
        public ImmutableArray<MailboxEvent>.Builder MakeParents(FolderName name)
        {
            var missing = new Stack<FolderName>();
            for (var parent = name.Parent; parent is { } level && !state.Names.ContainsKey(level); parent = level.Parent)
                missing.Push(level);
            var events = ImmutableArray.CreateBuilder<MailboxEvent>();
            foreach (var level in missing)
                events.Add(Make(level, SpecialUse.None));
            return events;
        }
    }
}
