using System.Buffers;
using MailCluster.Bodies;
using MailCluster.Mailboxes.Tests.Rules;
using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;

namespace MailCluster.Mailboxes.Tests.Transfer;

/// <summary>An account in another store, with bodies of other names, is the same account; however often the copying was cut off.</summary>
public sealed class AccountTransferTests
{
    private static readonly PersistenceId s_actor = new(MailboxDriver.Alice.Value);

    public static TheoryData<int, bool> Histories
    {
        get
        {
            var data = new TheoryData<int, bool>();
            foreach (var seed in Enumerable.Range(1, 12))
            {
                data.Add(seed, seed % 2 == 0);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task Everything_but_the_names_of_bodies_stays(int seed, bool trimmed)
    {
        var random = new Random(seed);
        var mailbox = new MailboxDriver();
        var source = await Store.OpenAsync();
        var written = await FillAsync(mailbox, source, random, trimmed);
        var image = await AccountImage.ReadAsync(source.Journal, source.Snapshots, MailboxDriver.Alice, CancellationToken.None);
        Assert.Equal((trimmed, mailbox.State.Messages, mailbox.State.Folders.Count), (image.IsTrimmed, image.Messages, image.Folders));
        AssertBodies(image, mailbox.State, hasHistory: !trimmed);

        var target = await Store.OpenAsync();
        var attempts = await TransferAsync(image, source, target, random);

        Assert.True(attempts > 1, $"seed {seed}: nothing was cut off");
        var (stored, highest) = (await target.Snapshots.LoadAsync(s_actor, CancellationToken.None), await target.Journal.GetHighestSequenceNrAsync(s_actor, default));
        Assert.Equal(highest, stored!.SequenceNr);
        Assert.Equal(StateText.Of(Renamed(mailbox.State), withReleased: false), StateText.Of(Read(stored), withReleased: false));

        var entries = await target.Journal.ReplayAsync(s_actor, SequenceNr.Zero, CancellationToken.None).ToListAsync();
        Assert.Equal(written, entries.Count);
        Assert.Equal(trimmed ? 2 : 1, entries[0].SequenceNr.Value);
        if (!trimmed)
        {
            var replayed = entries.SelectMany(entry => EventCodec.Decode(entry.Payload)).Aggregate(MailboxState.Empty, MailboxState.Apply);
            Assert.Equal(StateText.Of(Renamed(mailbox.State)), StateText.Of(replayed));
        }
    }

    [Fact]
    public async Task A_target_with_more_history_is_another_account_and_is_left_alone()
    {
        var source = await Store.OpenAsync();
        await FillAsync(new MailboxDriver(), source, new Random(1), trimmed: false);
        var image = await AccountImage.ReadAsync(source.Journal, source.Snapshots, MailboxDriver.Alice, CancellationToken.None);
        var target = await Store.OpenAsync();
        for (var after = SequenceNr.Zero; after <= image.Last; after = after.Next)
        {
            await target.AppendAsync(after, ReadOnlyMemory<byte>.Empty);
        }

        var transfer = new AccountTransfer(source.Journal, target.Journal, target.Snapshots, target.Writer);
        await Assert.ThrowsAsync<InvalidDataException>(() => transfer.WriteAsync(image, Rename, CancellationToken.None));
        Assert.Null(await target.Snapshots.LoadAsync(s_actor, CancellationToken.None));
    }

    [Fact]
    public async Task A_gap_behind_the_snapshot_is_no_image()
    {
        var source = await Store.OpenAsync();
        await FillAsync(new MailboxDriver(), source, new Random(2), trimmed: true);
        await source.Snapshots.DeleteAsync(s_actor, CancellationToken.None);
        await Assert.ThrowsAsync<RecoveryFailedException>(
            () => AccountImage.ReadAsync(source.Journal, source.Snapshots, MailboxDriver.Alice, CancellationToken.None));
    }

    [Fact]
    public async Task An_account_without_history_is_empty()
    {
        var source = await Store.OpenAsync();
        var image = await AccountImage.ReadAsync(source.Journal, source.Snapshots, MailboxDriver.Alice, CancellationToken.None);
        Assert.True(image.IsEmpty);
        Assert.Empty(image.Bodies);
    }

    /// <summary>Writes a random history, one to three changes a write, with a snapshot somewhere; returns the writes that are kept.</summary>
    private static async Task<int> FillAsync(MailboxDriver mailbox, Store source, Random random, bool trimmed)
    {
        var applied = 0;
        var number = SequenceNr.Zero;
        var snapshotAt = random.Next(40, 100);
        var cut = SequenceNr.Zero;
        for (var step = 0; step < 150; step++)
        {
            RandomHistoryTests.Step(mailbox, random);
            if (mailbox.Changes.Count - applied >= random.Next(1, 4))
            {
                var payload = new ArrayBufferWriter<byte>();
                EventCodec.Encode(mailbox.Changes.GetRange(applied, mailbox.Changes.Count - applied), payload);
                applied = mailbox.Changes.Count;
                await source.AppendAsync(number, payload.WrittenMemory);
                number = number.Next;
            }

            if (step >= snapshotAt && cut == SequenceNr.Zero && applied == mailbox.Changes.Count)
            {
                var parts = MailboxSnapshot.Write(mailbox.State, null, _ => 1).Changed;
                await source.Snapshots.SaveAsync(s_actor, number, source.Writer, parts, [], CancellationToken.None);
                cut = number;
            }
        }

        var rest = new ArrayBufferWriter<byte>();
        EventCodec.Encode(mailbox.Changes.GetRange(applied, mailbox.Changes.Count - applied), rest);
        await source.AppendAsync(number, rest.WrittenMemory);
        number = number.Next;
        var trimUpTo = new SequenceNr(trimmed ? cut.Value - random.Next(0, 10) : 0);
        await source.Journal.TrimAsync(s_actor, trimUpTo, Store.Time.AddDays(1), CancellationToken.None);
        return (int)(number.Value - trimUpTo.Value);
    }

    private static async Task<int> TransferAsync(AccountImage image, Store source, Store target, Random random)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Each attempt gets a little further; some of its last writes were stored and the answer lost.
            var transfer = new AccountTransfer(source.Journal, new CutOffJournal(target.Journal, random.Next(6), random.Next(2) == 0), target.Snapshots, target.Writer);
            try
            {
                await transfer.WriteAsync(image, Rename, CancellationToken.None);
                return attempt;
            }
            catch (JournalUnavailableException)
            {
                Assert.True(attempt < 500);
            }
        }
    }

    private static void AssertBodies(AccountImage image, MailboxState state, bool hasHistory)
    {
        var used = state.Folders.Values.SelectMany(folder => Enumerable.Range(0, folder.Index.Exists).Select(i => folder.Index.RowAt(i)));
        var expected = used.Select(row => (row.Body, row.EmailId))
            .Concat(state.Outbox.Values.Select(entry => (entry.Mail.Body, entry.Mail.EmailId))).Distinct().OrderBy(pair => pair.Body.Value);
        Assert.Equal(expected, image.Bodies.Where(body => body.IsUsed).Select(body => (body.Body, body.EmailId)).OrderBy(pair => pair.Body.Value));
        Assert.Equal(image.Bodies.Length, image.Bodies.DistinctBy(body => body.Body).Count());
        Assert.True(!hasHistory || image.Bodies.Any(body => !body.IsUsed));
    }

    private static BodyRef Rename(BodyRef body) => new(body.Value + 1_000_000);

    private static MailboxState Renamed(MailboxState state) => state with
    {
        Folders = state.Folders.SetItems(state.Folders.Select(entry =>
            KeyValuePair.Create(entry.Key, entry.Value with { Index = entry.Value.Index.WithBodies(Rename) }))),
        SharedBodies = System.Collections.Immutable.ImmutableDictionary.CreateRange(
            state.SharedBodies.Select(entry => KeyValuePair.Create(Rename(entry.Key), entry.Value))),
        Outbox = state.Outbox.SetItems(state.Outbox.Values.Select(entry =>
            KeyValuePair.Create(entry.Id, entry with { Mail = entry.Mail with { Body = Rename(entry.Mail.Body) } }))),
        Released = [.. state.Released.Select(Rename)],
    };

    private static MailboxState Read(Snapshot snapshot) => MailboxSnapshot.Read(snapshot, (_, _) => { });

    /// <summary>Three ports in memory.</summary>
    private sealed record Store(InMemoryJournal Journal, InMemorySnapshotStore Snapshots, WriterGeneration Writer)
    {
        public static DateTimeOffset Time { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public static async Task<Store> OpenAsync()
        {
            var writers = new InMemoryWriterRegistry();
            var writer = await writers.RegisterAsync("n1", CancellationToken.None);
            return new Store(new InMemoryJournal(writers), new InMemorySnapshotStore(writers), writer);
        }

        public ValueTask AppendAsync(SequenceNr after, ReadOnlyMemory<byte> payload) =>
            Journal.AppendAsync(new JournalWrite(s_actor, after, Writer, payload, Time, Durability.Disk), CancellationToken.None);
    }

    /// <summary>Passes some appends on and fails the next one, stored or not.</summary>
    private sealed class CutOffJournal(IJournal inner, int appends, bool storeLast) : IJournal
    {
        private int _left = appends;

        public async ValueTask AppendAsync(JournalWrite write, CancellationToken cancellationToken)
        {
            if (_left-- > 0 || storeLast)
            {
                await inner.AppendAsync(write, cancellationToken);
            }

            if (_left < 0)
            {
                throw new JournalUnavailableException("cut off");
            }
        }

        public IAsyncEnumerable<JournalEntry> ReplayAsync(PersistenceId actor, SequenceNr after, CancellationToken cancellationToken) =>
            inner.ReplayAsync(actor, after, cancellationToken);

        public ValueTask<SequenceNr> GetHighestSequenceNrAsync(PersistenceId actor, CancellationToken cancellationToken) =>
            inner.GetHighestSequenceNrAsync(actor, cancellationToken);

        public ValueTask TrimAsync(PersistenceId actor, SequenceNr upTo, DateTimeOffset olderThan, CancellationToken cancellationToken) =>
            inner.TrimAsync(actor, upTo, olderThan, cancellationToken);

        public IAsyncEnumerable<PersistenceId> ListActorsAsync(CancellationToken cancellationToken) => inner.ListActorsAsync(cancellationToken);
    }
}
