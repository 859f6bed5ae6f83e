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
        var mailbox = new MailboxDriver();
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
            switch (random.Next(15))
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
                case 11:
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

    /// <summary>Every body ever appended is used by some message or was released once, never both.</summary>
    private static void AssertBodiesBalance(MailboxDriver mailbox)
    {
        var used = new Dictionary<BodyRef, int>();
        foreach (var folder in mailbox.State.Folders.Values)
        {
            for (var i = 0; i < folder.Index.Exists; i++)
                used[folder.Index.RowAt(i).Body] = used.GetValueOrDefault(folder.Index.RowAt(i).Body) + 1;
        }

        var appended = mailbox.Changes
            .SelectMany(change => change.Events.OfType<MessagesAppended>())
            .SelectMany(e => e.Messages.Select(message => message.Body))
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
