using System.Text;
using MailCluster.Persistence;
using Xunit;

namespace MailCluster.Testing.Contracts;

/// <summary>What every <see cref="ISnapshotStore"/> keeps: parts replaced and removed in one step, never an older one over a newer.</summary>
public abstract class SnapshotStoreContract : StorageContract
{
    private static readonly PersistenceId s_actor = new("a@x");

    [Fact]
    public async Task An_unknown_actor_has_no_snapshot()
    {
        Assert.Null(await Snapshots.LoadAsync(s_actor, CancellationToken.None));
        await Snapshots.DeleteAsync(s_actor, CancellationToken.None);
    }

    [Fact]
    public async Task Parts_come_back_in_order_of_name()
    {
        await SaveAsync(7, ["b=2", "a=1", "folder/10=x", "folder/9=y", "A=0"]);

        var snapshot = await LoadAsync();
        Assert.Equal(7, snapshot.SequenceNr.Value);
        Assert.Equal(["A=0", "a=1", "b=2", "folder/10=x", "folder/9=y"], Show(snapshot));
    }

    [Fact]
    public async Task A_later_save_replaces_and_removes_parts_and_keeps_the_others()
    {
        await SaveAsync(1, ["root=1", "f1=old", "f2=old", "f3=old"]);
        await SaveAsync(2, ["root=2", "f2=new", "f4=new"], ["f3", "unknown"]);

        var snapshot = await LoadAsync();
        Assert.Equal(2, snapshot.SequenceNr.Value);
        Assert.Equal(["f1=old", "f2=new", "f4=new", "root=2"], Show(snapshot));
    }

    [Fact]
    public async Task A_part_that_is_removed_and_stored_in_one_save_is_stored()
    {
        await SaveAsync(1, ["p=old"]);
        await SaveAsync(2, ["p=new"], ["p"]);

        Assert.Equal(["p=new"], Show(await LoadAsync()));
    }

    [Fact]
    public async Task A_newer_or_equal_snapshot_stays()
    {
        await SaveAsync(5, ["p=five"]);
        await SaveAsync(5, ["p=again"]);
        await SaveAsync(4, ["p=four", "q=four"], ["p"]);

        var snapshot = await LoadAsync();
        Assert.Equal(5, snapshot.SequenceNr.Value);
        Assert.Equal(["p=five"], Show(snapshot));
    }

    [Fact]
    public async Task Actors_do_not_see_each_other()
    {
        await SaveAsync(1, ["p=a"]);
        await Snapshots.SaveAsync(
            new PersistenceId("b@x"), new SequenceNr(9), Writer, [new SnapshotPart("p", "b"u8.ToArray())], [], CancellationToken.None);
        await Snapshots.DeleteAsync(new PersistenceId("b@x"), CancellationToken.None);

        Assert.Equal(["p=a"], Show(await LoadAsync()));
        Assert.Null(await Snapshots.LoadAsync(new PersistenceId("b@x"), CancellationToken.None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(8 * 1024 * 1024)]
    public async Task Parts_of_any_size_survive_a_restart_unchanged(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        await Snapshots.SaveAsync(s_actor, new SequenceNr(1), Writer, [new SnapshotPart("big", bytes)], [], CancellationToken.None);
        var expected = bytes.ToArray();
        bytes.AsSpan().Clear();

        await Harness.ReopenAsync();

        Assert.True(Assert.Single((await LoadAsync()).Parts).Bytes.Span.SequenceEqual(expected));
    }

    [Fact]
    public async Task Many_parts_with_long_names_are_kept()
    {
        var parts = Enumerable.Range(0, 2000).Select(i => $"{new string('n', 195)}{i:D4}={i}").ToArray();
        await SaveAsync(1, parts);

        Assert.Equal(parts, Show(await LoadAsync()));
    }

    [Fact]
    public async Task After_a_delete_a_snapshot_of_any_number_is_taken()
    {
        await SaveAsync(9, ["p=nine", "q=nine"]);
        await Snapshots.DeleteAsync(s_actor, CancellationToken.None);
        Assert.Null(await Snapshots.LoadAsync(s_actor, CancellationToken.None));

        await SaveAsync(3, ["p=three"]);
        Assert.Equal(["p=three"], Show(await LoadAsync()));
    }

    [Fact]
    public async Task A_spoilt_snapshot_is_thrown_away_and_a_full_one_may_follow()
    {
        await SaveAsync(5, ["p=some bytes", "q=other bytes"]);
        await Harness.CorruptSnapshotAsync(s_actor);

        Assert.Null(await Snapshots.LoadAsync(s_actor, CancellationToken.None));
        Assert.Null(await Snapshots.LoadAsync(s_actor, CancellationToken.None));

        // Nothing of the spoilt one is mixed into the next, not even at the same number.
        await SaveAsync(5, ["p=fresh"]);
        Assert.Equal(["p=fresh"], Show(await LoadAsync()));
    }

    [Fact]
    public async Task Saves_of_many_actors_at_once_all_land()
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(async () => await Snapshots.SaveAsync(
            new PersistenceId($"u{i}@x"), new SequenceNr(i + 1), Writer, [new SnapshotPart("p", BitConverter.GetBytes(i))], [], CancellationToken.None))));

        for (var i = 0; i < 300; i++)
        {
            var snapshot = await Snapshots.LoadAsync(new PersistenceId($"u{i}@x"), CancellationToken.None);
            Assert.Equal(i + 1, snapshot!.SequenceNr.Value);
            Assert.Equal(i, BitConverter.ToInt32(Assert.Single(snapshot.Parts).Bytes.Span));
        }
    }

    private static string[] Show(Snapshot snapshot) =>
        [.. snapshot.Parts.Select(part => $"{part.Name}={Encoding.UTF8.GetString(part.Bytes.Span)}")];

    private async Task<Snapshot> LoadAsync() =>
        await Snapshots.LoadAsync(s_actor, CancellationToken.None) ?? throw new InvalidOperationException("No snapshot.");

    private ValueTask SaveAsync(long sequenceNr, string[] changed, string[]? removed = null) =>
        Snapshots.SaveAsync(
            s_actor,
            new SequenceNr(sequenceNr),
            Writer,
            [.. changed.Select(part => part.Split('=')).Select(part => new SnapshotPart(part[0], Encoding.UTF8.GetBytes(part[1])))],
            removed ?? [],
            CancellationToken.None);
}
