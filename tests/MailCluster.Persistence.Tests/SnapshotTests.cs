using MailCluster.Persistence.InMemory;

namespace MailCluster.Persistence.Tests;

public sealed class SnapshotTests : LedgerTest
{
    private static readonly PersistenceId s_id = new("l");

    protected override PersistenceOptions Options => new()
    {
        SnapshotAfterEvents = 10,
        SnapshotAfterBytes = 100_000,
        SnapshotOnStopAfterEvents = 3,
        HistoryRetention = TimeSpan.FromDays(7),
    };

    [Fact]
    public async Task A_snapshot_comes_with_enough_events_and_holds_only_changed_parts()
    {
        var ledger = Open();
        await FillAsync(ledger, 10);
        Assert.Equal(1, Snapshots.Saves);
        var parts = Snapshots.PartsWritten;
        for (var i = 0; i < 10; i++)
        {
            await BookAsync(ledger, "n3", 1);
        }

        await SettleAsync(ledger);
        Assert.Equal(2, Snapshots.Saves);
        Assert.Equal(2, Snapshots.PartsWritten - parts);
        var snapshot = await LoadAsync();
        Assert.Equal(20, snapshot!.SequenceNr.Value);
        Assert.Equal(11, snapshot.Parts.Count);
    }

    [Fact]
    public async Task A_snapshot_comes_with_enough_bytes()
    {
        var ledger = Open();
        await BookAsync(ledger, "a", 1);
        Assert.Equal(0, Snapshots.Saves);
        await BookAsync(ledger, new string('x', 101_000), 1);
        await SettleAsync(ledger);
        Assert.Equal(1, Snapshots.Saves);
    }

    [Fact]
    public async Task Recovery_goes_on_from_the_snapshot_and_counts_what_it_replays()
    {
        var ledger = Open();
        await FillAsync(ledger, 12);
        await ledger.StopAsync();
        Assert.Equal(1, Snapshots.Saves);
        await Journal.TrimAsync(s_id, new SequenceNr(10), Time.GetUtcNow().AddDays(1), CancellationToken.None);

        var again = Open();
        Assert.Equal(1, await SumAsync(again, "n0"));
        Assert.Equal(1, await SumAsync(again, "n11"));

        // Two replayed events and two new ones are more than may stay unsaved.
        await BookAsync(again, "n0", 1);
        await BookAsync(again, "n0", 1);
        await again.StopAsync();
        Assert.Equal(14, (await LoadAsync())!.SequenceNr.Value);
        Assert.Equal(3, await SumAsync(Open(), "n0"));
    }

    [Fact]
    public async Task A_stop_with_little_unsaved_saves_nothing()
    {
        var ledger = Open();
        await FillAsync(ledger, 3);
        await ledger.StopAsync();
        Assert.Equal(0, Snapshots.Saves);
        Assert.Empty(ledger.BeforeSnapshots);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_read_is_replaced_with_no_part_of_it_left()
    {
        var ledger = Open();
        await FillAsync(ledger, 10);
        await SettleAsync(ledger);
        Assert.Equal(11, (await LoadAsync())!.Parts.Count);
        await Snapshots.SaveAsync(
            s_id, new SequenceNr(11), Writer, [new SnapshotPart("sum/stale", "1"u8.ToArray())], [], CancellationToken.None);
        await BookAsync(ledger, "n0", 1);
        await ledger.StopAsync();

        var again = Open();
        again.ReadSnapshotThrows = new FormatException("old format");
        Assert.Equal(2, await SumAsync(again, "n0"));
        await BookAsync(again, "n1", 1);
        await again.StopAsync();

        var snapshot = await LoadAsync();
        Assert.Equal(12, snapshot!.SequenceNr.Value);
        Assert.DoesNotContain(snapshot.Parts, part => part.Name == "sum/stale");
        Assert.Equal(2, await SumAsync(Open(), "n1"));
    }

    [Fact]
    public async Task A_spoilt_snapshot_costs_nothing_while_the_events_are_there()
    {
        var ledger = Open();
        await FillAsync(ledger, 10);
        await ledger.StopAsync();
        Snapshots.Corrupt(s_id);
        var again = Open();
        Assert.Equal(1, await SumAsync(again, "n9"));
    }

    [Fact]
    public async Task A_lost_snapshot_whose_events_are_trimmed_is_an_error_and_not_an_empty_account()
    {
        var ledger = Open();
        await FillAsync(ledger, 10);
        await ledger.StopAsync();
        await Journal.TrimAsync(s_id, new SequenceNr(10), Time.GetUtcNow().AddDays(1), CancellationToken.None);
        Snapshots.Corrupt(s_id);

        var failure = await Assert.ThrowsAsync<RecoveryFailedException>(() => SumAsync(Open(), "n0"));
        Assert.Contains("up to 10", failure.Message, StringComparison.Ordinal);

        // Part of the events gone is no better.
        await Journal.AppendAsync(new JournalWrite(s_id, new SequenceNr(10), Writer, "[]"u8.ToArray(), Time.GetUtcNow(), Durability.Disk), CancellationToken.None);
        await Assert.ThrowsAsync<RecoveryFailedException>(() => SumAsync(Open(), "n0"));
    }

    [Fact]
    public async Task Events_that_cannot_be_decoded_are_an_error()
    {
        await Journal.AppendAsync(new JournalWrite(s_id, SequenceNr.Zero, Writer, "?"u8.ToArray(), Time.GetUtcNow(), Durability.Disk), CancellationToken.None);
        await Assert.ThrowsAsync<RecoveryFailedException>(() => SumAsync(Open(), "n0"));
    }

    [Fact]
    public async Task A_failed_save_is_tried_again_later_in_full()
    {
        var ledger = Open();
        Snapshots.FailNextSave();
        await FillAsync(ledger, 10);
        Assert.Equal(0, Snapshots.Saves);
        await FillAsync(ledger, 9);
        Assert.Equal(0, Snapshots.Saves);
        await FillAsync(ledger, 1);
        await SettleAsync(ledger);
        Assert.Equal(1, Snapshots.Saves);
        Assert.Equal(11, (await LoadAsync())!.Parts.Count);
    }

    [Fact]
    public async Task What_must_come_before_a_snapshot_does_and_can_put_it_off()
    {
        var ledger = Open();
        ledger.OnBeforeSnapshot = () => throw new IOException("the store of bodies is away");
        await FillAsync(ledger, 10);
        await SettleAsync(ledger);
        Assert.Single(ledger.BeforeSnapshots);
        Assert.Equal(0, Snapshots.Saves);

        ledger.OnBeforeSnapshot = null;
        await ledger.StopAsync();
        Assert.Equal(1, Snapshots.Saves);
    }

    [Fact]
    public async Task Old_events_behind_a_snapshot_are_trimmed()
    {
        var ledger = Open();
        await FillAsync(ledger, 10);
        await SettleAsync(ledger);
        Assert.Equal(10, await EntriesAsync());
        Time.Advance(TimeSpan.FromDays(8));
        await FillAsync(ledger, 10);
        await SettleAsync(ledger);

        Assert.Equal(10, await EntriesAsync());
        Assert.Equal(2, await SumAsync(Open(), "n3"));
    }

    /// <summary>A save at the end of a batch runs after its answers; the next answer comes after it.</summary>
    private static Task SettleAsync(Ledger ledger) => SumAsync(ledger, "");

    private static async Task FillAsync(Ledger ledger, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await BookAsync(ledger, $"n{i}", 1);
        }

        await SettleAsync(ledger);
    }

    private async Task<Snapshot?> LoadAsync() => await Snapshots.LoadAsync(s_id, CancellationToken.None);

    private async Task<int> EntriesAsync()
    {
        var count = 0;
        await foreach (var entry in Journal.ReplayAsync(s_id, SequenceNr.Zero, CancellationToken.None))
        {
            count++;
        }

        return count;
    }
}
