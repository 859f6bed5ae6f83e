using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Mailboxes;
using MailCluster.Persistence;

namespace MailCluster.Simulation.Tests.Checks;

/// <summary>
/// Sees everything that lands in the journal, everything that is answered and everything that is shown, and knows what must be true of it. The first
/// violation is kept.
/// </summary>
internal sealed class Oracle(World world)
{
    private readonly Dictionary<string, AccountHistory> _accounts = [];
    private readonly Dictionary<CommandId, SentCommand> _sent = [];
    private readonly Dictionary<string, ModSeq> _acknowledged = [];
    private readonly Dictionary<Generation, TimeSpan> _evicted = [];

    internal Violation? Violation { get; private set; }

    internal int Acknowledged { get; private set; }

    internal int Refused { get; private set; }

    internal int Writes { get; private set; }

    internal int Views { get; private set; }

    internal AccountHistory Of(AccountId account) => Of(account.Value);

    internal void Fail(Promise promise, string what)
    {
        world.Trace.Write($"VIOLATED {promise}: {what}");
        Violation ??= new Violation(promise, what);
    }

    /// <summary>A write is in the journal.</summary>
    internal void Landed(JournalWrite write, Generation by, bool isGivenUp)
    {
        Writes++;
        var map = world.Map;
        var shard = ShardHash.ShardOf(new EntityId(write.Actor.Value), world.Scenario.Shards);
        world.Trace.Write($"generation {by} wrote {write.After.Next} of {write.Actor}{(isGivenUp ? ", not knowing it" : "")}");
        if (map.Find(by) is not { Status: not MemberStatus.Dead })
        {
            Fail(Promise.OneWriter, $"generation {by} wrote to {write.Actor}, and is dead");
        }
        else if (map.Owners[shard.Value] != by && !isGivenUp)
        {
            // One that was given up may land late; then its sequence number decides.
            Fail(Promise.OneWriter, $"generation {by} wrote to {write.Actor}, whose shard {shard} is with {map.Owners[shard.Value]}");
        }

        foreach (var change in EventCodec.Decode(write.Payload))
        {
            Of(write.Actor.Value).Add(change, _sent.GetValueOrDefault(change.Cause.Id));
        }
    }

    internal void Sent(CommandId id, SentCommand command) => _sent.Add(id, command);

    /// <summary>A command was answered.</summary>
    internal void Answered(AccountId account, CommandId id, ModSeq modSeq, object result)
    {
        Acknowledged++;
        var history = Of(account);
        if (modSeq.Value > 0 && world.Defect != Defects.Defect.NoDeduplication && !history.HasLanded(id))
        {
            Fail(Promise.NothingLost, $"{_sent[id]} was acknowledged and is not in the journal");
        }
        else if (result is AppendResult appended && history.ResultOf(id) is AppendResult recorded && !appended.Uids.Equals(recorded.Uids))
        {
            Fail(Promise.Reads, $"{_sent[id]} was answered {appended.Uids}, and became {recorded.Uids}");
        }

        Acknowledge(account, modSeq);
    }

    internal void NotAnswered() => Refused++;

    /// <summary>What a read that is sent now has to show at least.</summary>
    internal ModSeq Floor(AccountId account) => _acknowledged.GetValueOrDefault(account.Value);

    /// <summary>
    /// A generation is declared dead. One that refused its peers has a lease still: it is taken for a process that ended. If it lives behind a firewall and cannot
    /// reach the database, either, it reads from memory until its lease ends, as nobody can tell it; its writes are fenced. Seed 101648.
    /// </summary>
    internal void Buried(Generation dead)
    {
        if (world.Map.Find(dead) is { LeaseLeft: var left } && left > TimeSpan.Zero)
        {
            _evicted[dead] = world.Now + left;
        }
    }

    /// <summary>The INBOX was described by its owner.</summary>
    internal void Read(AccountId account, FolderInfo inbox, ModSeq floor, SimulatedNode asked)
    {
        var node = $"{asked.Name}.{asked.Generation}";
        var history = Of(account);
        var version = history.VersionOf(inbox.Id, inbox.HighestModSeq);
        var floorOfInbox = history.InboxAt(floor);
        if (version is null)
        {
            Fail(Promise.Reads, $"{node} says that {account} is at {inbox.HighestModSeq}, which was never committed");
        }
        else if (inbox.HighestModSeq < floorOfInbox && !(_evicted.TryGetValue(asked.Generation, out var until) && world.Now <= until))
        {
            Fail(Promise.Reads, $"{node} says that {account} is at {inbox.HighestModSeq}; {floorOfInbox} was acknowledged before it was asked");
        }
        else if (version.Exists != inbox.Messages || version.UidNext != inbox.UidNext)
        {
            Fail(Promise.Reads, $"{node} says that {account} has {inbox.Messages} messages at {inbox.HighestModSeq}; it had {version.Exists}");
        }
        else
        {
            Acknowledge(account, inbox.HighestModSeq);
        }
    }

    /// <summary>A session looks at a folder: what it sees is a version that was committed, whole.</summary>
    internal void Seen(AccountId account, FolderIndex index, string who)
    {
        Views++;
        if (Of(account).VersionOf(index.Id, index.HighestModSeq) is not { } version)
        {
            Fail(Promise.Views, $"{who} sees {account} at {index.HighestModSeq}, which was never committed");
        }
        else if (FolderViews.Difference(version, index) is { } difference)
        {
            Fail(Promise.Views, $"{who} sees {account} at {index.HighestModSeq} as it never was: {difference}");
        }
    }

    /// <summary>The owner's state, at the end, is what the journal says.</summary>
    internal void Inspected(AccountId account, AccountInspection inspection)
    {
        var state = Of(account).State;
        if (inspection.Folders.Length != state.Folders.Count)
        {
            Fail(Promise.Reads, $"{account} has {inspection.Folders.Length} folders; the journal says {state.Folders.Count}");
        }

        foreach (var (name, index) in inspection.Folders)
        {
            if (state.Find(name) is not { } folder || folder.Index.HighestModSeq != index.HighestModSeq
                || FolderViews.Difference(folder.Index, index) is not null)
            {
                Fail(Promise.Reads, $"folder {name} of {account} is not what the journal says");
            }
        }
    }

    private void Acknowledge(AccountId account, ModSeq modSeq)
    {
        if (modSeq > Floor(account))
        {
            _acknowledged[account.Value] = modSeq;
        }
    }

    private AccountHistory Of(string account)
    {
        if (!_accounts.TryGetValue(account, out var history))
        {
            _accounts.Add(account, history = new AccountHistory((promise, what) => Fail(promise, $"{account}: {what}")));
        }

        return history;
    }
}
