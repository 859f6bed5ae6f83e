using System.Buffers;
using MailCluster.Bodies;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>Long random histories: whatever happened, the journal and the snapshots give the same state back, and the books balance.</summary>
public sealed class RandomHistoryTests
{
    private static readonly string[] Names = ["INBOX", "a", "a/b", "c", "c/d/e", "INBOX/x"];
    private static readonly string[] Keywords = ["$Junk", "$Forwarded", "Work", "todo"];

    public static TheoryData<int> Seeds => new(Enumerable.Range(1, 40));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Replay_and_snapshots_give_the_same_state(int seed)
    {
        var random = new Random(seed);
        var mailbox = new MailboxDriver(RandomScriptTasks.Options) { Protocol = "imap" };
        var replayed = MailboxState.Apply(MailboxState.Empty, mailbox.Changes[0]);
        var applied = 1;
        MailboxState? snapshotted = null;
        var parts = new Dictionary<string, ReadOnlyMemory<byte>>();
        for (var step = 0; step < 300; step++)
        {
            Step(mailbox, random);
            for (; applied < mailbox.Changes.Count; applied++)
                replayed = MailboxState.Apply(replayed, RoundTrip(mailbox.Changes[applied]));
            if (random.Next(25) == 0)
            {
                var changes = MailboxSnapshot.Write(mailbox.State, snapshotted, _ => 1);
                foreach (var name in changes.Removed)
                    Assert.True(parts.Remove(name), $"seed {seed}: removed part {name} was never written");
                foreach (var part in changes.Changed)
                    parts[part.Name] = part.Bytes;
                snapshotted = mailbox.State;
                var read = MailboxSnapshot.Read(
                    new Snapshot(new SequenceNr(1), [.. parts.Select(part => new SnapshotPart(part.Key, part.Value))]), (_, _) => { });
                Assert.Equal(StateText.Of(mailbox.State, withReleased: false), StateText.Of(read, withReleased: false));
            }
        }

        Assert.Equal(StateText.Of(mailbox.State), StateText.Of(replayed));
        AssertBodiesBalance(mailbox);
        var limits = mailbox.Context.Limits!;
        Assert.Equal(QuotaUsage.Count(mailbox.State, limits), QuotaUsage.Of(mailbox.State, limits));
    }

    private static MailboxChange RoundTrip(MailboxChange change)
    {
        var payload = new ArrayBufferWriter<byte>();
        EventCodec.Encode([change], payload);
        return Assert.Single(EventCodec.Decode(payload.WrittenMemory));
    }

    internal static void Step(MailboxDriver mailbox, Random random)
    {
        try
        {
            var folders = mailbox.State.Folders.Values.OrderBy(folder => folder.Name).ToList();
            var folder = folders[random.Next(folders.Count)];
            var name = FolderName.Create(Names[random.Next(Names.Length)]);
            var other = FolderName.Create(Names[random.Next(Names.Length)]);
            var first = (uint)random.Next(1, (int)folder.Index.UidNext + 1);
            var uids = UidSet.OfRange(first, first + (uint)random.Next(6));
            switch (random.Next(26))
            {
                case <= 3:
                    mailbox.Run(new AppendMessages(
                        name,
                        [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => mailbox.Message((SystemFlags)random.Next(32), Keywords[random.Next(4)]))]));
                    break;
                case 4:
                    mailbox.Run(new StoreFlags(
                        folder.Id, uids, (FlagOperation)random.Next(3), (SystemFlags)random.Next(32), [Keywords[random.Next(4)]]));
                    break;
                case 5:
                    mailbox.Run(new CopyMessages(folder.Id, uids, other));
                    break;
                case 6:
                    mailbox.Run(new MoveMessages(folder.Id, uids, other));
                    break;
                case 7:
                    mailbox.Run(new ExpungeMessages(folder.Id, uids, OnlyDeleted: random.Next(2) == 0));
                    break;
                case 8:
                    mailbox.Run(new CreateFolder(name, (SpecialUse)random.Next(8)));
                    break;
                case 9:
                    mailbox.Run(new DeleteFolder(name));
                    break;
                case 10:
                    mailbox.Run(new RenameFolder(name, other));
                    break;
                case 11 or 12:
                    mailbox.Run(Delivery(mailbox, random));
                    break;
                case 13:
                    Attend(mailbox, random);
                    break;
                case 14 when random.Next(20) == 0:
                    mailbox.Run(new PurgeAccount());
                    mailbox.Provision();
                    break;
                case 19:
                    mailbox.Run(new SetQuota(random.Next(-1, 30) * 100L, random.Next(-1, 60)));
                    break;
                case 20:
                    mailbox.Hear(RandomQuota(random));
                    break;
                case 21:
                    mailbox.Run(new MarkQuotaLevel(mailbox.State.Quota.MarkedLevel, random.Next(100)));
                    break;
                case 22 or 23:
                    RandomAnnotations.Step(mailbox, random, name);
                    break;
                case 24 or 25:
                    RandomScriptTasks.Step(mailbox, random);
                    break;
                case 14 or 15:
                    mailbox.Run(new SetSubscription(name, random.Next(2) == 0));
                    break;
                default:
                    RandomScripts.Step(mailbox, random);
                    break;
            }
        }
        catch (MailboxRefusedException)
        {
            // A refusal is an answer too; MailboxDriver has no change of it.
        }
    }

    /// <summary>Any mixture of what a filter may ask for, the bodies shared between filings and outgoing mail.</summary>
    private static DeliverMessage Delivery(MailboxDriver mailbox, Random random)
    {
        var bodies = Enumerable.Range(0, random.Next(1, 3)).Select(_ => mailbox.Message()).ToArray();
        var filings = Enumerable.Range(0, random.Next(4)).Select(_ => new Filing(
            FolderName.Create(Names[random.Next(Names.Length)]),
            bodies[random.Next(bodies.Length)] with { Flags = (SystemFlags)random.Next(32), Keywords = [Keywords[random.Next(4)]] },
            (MissingFolder)random.Next(3),
            (SpecialUse)random.Next(8),
            random.Next(2) == 0));
        var outgoing = Enumerable.Range(0, random.Next(3)).Select(i => bodies[random.Next(bodies.Length)] is var body
            ? new OutgoingMail(
                (OutgoingKind)random.Next(4), "alice@example.com", $"r{i}@example.org", "X-Sieve: 1\r\n", body.EmailId, body.Body, body.Size,
                new OutgoingTerms("NEVER", DeliverBy: random.Next(2) == 0 ? mailbox.Context.Now : null))
            : throw new InvalidOperationException());
        var keys = Enumerable.Range(0, 4).Select(_ => MarkKey.Of("test", $"{random.Next(20)}")).ToArray();
        return new DeliverMessage(
            [.. filings], [keys[0]], [.. keys[1..].Select(key => new DeliveryMark(key, mailbox.Context.Now.AddSeconds(random.Next(60))))], [.. outgoing]);
    }

    /// <summary>What the sender does with an entry of the outbox, or an administrator.</summary>
    private static void Attend(MailboxDriver mailbox, Random random)
    {
        var entries = mailbox.State.Outbox.Keys.OrderBy(id => id.Value).ToList();
        var id = entries.Count == 0 ? new OutboxId(Guid.Empty) : entries[random.Next(entries.Count)];
        var later = mailbox.Context.Now.AddSeconds(random.Next(-5, 5));
        if (random.Next(2) == 0)
            mailbox.Run(new ClaimOutboxEntry(id, later));
        else
            mailbox.Run(new SettleOutboxEntry(id, (OutboxVerdict)random.Next(5), later, "250 ok", random.Next(3) == 0 ? [new Filing(FolderName.Inbox, mailbox.Message())] : []));
    }

    private static QuotaRules RandomQuota(Random random) => QuotaRules.None with
    {
        Storage = random.Next(3000),
        Folders = [new FolderQuotaRule("a*", random.Next(2) == 0, new QuotaAmount(random.Next(-9, 99), QuotaAmountKind.AddedPercent), null)],
    };

    /// <summary>Every body ever appended is used by some message or was released once, never both.</summary>
    private static void AssertBodiesBalance(MailboxDriver mailbox)
    {
        var used = new Dictionary<BodyRef, int>();
        foreach (var folder in mailbox.State.Folders.Values)
        {
            for (var i = 0; i < folder.Index.Exists; i++)
                used[folder.Index.RowAt(i).Body] = used.GetValueOrDefault(folder.Index.RowAt(i).Body) + 1;
        }

        foreach (var entry in mailbox.State.Outbox.Values)
            used[entry.Mail.Body] = used.GetValueOrDefault(entry.Mail.Body) + 1;
        var queued = mailbox.Changes
            .SelectMany(change => change.Events.OfType<OutboxQueued>())
            .SelectMany(e => e.Entries.Select(entry => entry.Mail.Body));
        var appended = mailbox.Changes
            .SelectMany(change => change.Events.OfType<MessagesAppended>())
            .SelectMany(e => e.Messages.Select(message => message.Body))
            .Concat(queued)
            .ToHashSet();
        Assert.Equal(mailbox.State.Released.Count, mailbox.State.Released.Distinct().Count());
        Assert.Equal(appended.Order(new ByValue()), used.Keys.Concat(mailbox.State.Released).Order(new ByValue()));
        Assert.Equal(
            used.Where(entry => entry.Value > 1).OrderBy(entry => entry.Key.Value),
            mailbox.State.SharedBodies.OrderBy(entry => entry.Key.Value));
    }

    private sealed class ByValue : IComparer<BodyRef>
    {
        public int Compare(BodyRef x, BodyRef y) => x.Value.CompareTo(y.Value);
    }
}
