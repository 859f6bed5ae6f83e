using MailCluster.Bodies;
using MailCluster.Storage.Packs;
using static MailCluster.Storage.Tests.Packs.PackFixture;

namespace MailCluster.Storage.Tests.Packs;

public sealed class PackCompactionTests : IDisposable
{
    private static readonly PackOptions Small = new() { PackBytesMax = 10_000 };

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task References_stay_good_over_any_number_of_moves()
    {
        var bodies = new Dictionary<int, BodyRef>();
        var next = 0;
        await using (var store = Open(_directory, Small))
        {
            for (var round = 0; round < 6; round++)
            {
                for (var i = 0; i < 30; i++, next++)
                    bodies[next] = await store.PutAsync(Bytes(500, next), Bytes(20, next), text: Bytes(25, next));
                var dead = bodies.Keys.Where(key => key % (round + 2) != 0).ToList();
                await store.ReleaseAsync(dead.Select(key => bodies[key]).ToArray(), Noon, CancellationToken.None);
                dead.ForEach(key => bodies.Remove(key));
                await store.CompactAsync(Noon, CancellationToken.None);
                await ExpectAsync(store, bodies);
            }
        }

        await using (var store = Open(_directory, Small))
            await ExpectAsync(store, bodies);
    }

    [Fact]
    public async Task A_dead_pack_goes_and_its_number_is_not_given_again()
    {
        BodyRef last;
        await using (var store = Open(_directory, Small))
        {
            var bodies = new List<BodyRef>();
            for (var i = 0; i < 40; i++)
                bodies.Add(await store.PutAsync(Bytes(600, i)));
            last = bodies[^1];
            await store.ReleaseAsync(bodies.ToArray(), Noon, CancellationToken.None);
            await SealedAsync(store);
            var report = await store.CompactAsync(Noon, CancellationToken.None);
            Assert.Equal((0, true), (report.BytesMoved, report.PacksRemoved >= 2));
            await Assert.ThrowsAsync<BodyMissingException>(() => store.ReadAsync(bodies[0]));
            await store.ReleaseAsync(bodies.ToArray(), Noon, CancellationToken.None);
        }

        await using (var store = Open(_directory, Small))
        {
            await store.CompactAsync(Noon, CancellationToken.None);
            Assert.True((await store.PutAsync(Bytes(600, 1))).Value > last.Value);
        }
    }

    [Fact]
    public async Task Before_the_grace_period_is_over_nothing_is_garbage()
    {
        await using var store = Open(_directory, Small);
        var bodies = new List<BodyRef>();
        for (var i = 0; i < 40; i++)
            bodies.Add(await store.PutAsync(Bytes(600, i)));
        await store.ReleaseAsync(bodies.ToArray(), Noon.AddDays(7), CancellationToken.None);
        await SealedAsync(store);
        Assert.Equal(0, (await store.CompactAsync(Noon.AddDays(6.9), CancellationToken.None)).PacksRemoved);
        Assert.Equal(Bytes(600, 0), await store.ReadAsync(bodies[0]));
        Assert.NotEqual(0, (await store.CompactAsync(Noon.AddDays(7), CancellationToken.None)).PacksRemoved);
    }

    [Fact]
    public async Task Forwards_go_when_nothing_is_left_behind_them()
    {
        await using var store = Open(_directory, Small with { GarbageRatio = 0.01 });
        var bodies = new List<BodyRef>();
        for (var i = 0; i < 80; i++)
            bodies.Add(await store.PutAsync(Bytes(600, i)));
        await store.ReleaseAsync(bodies.Where((_, i) => i % 4 != 0).ToArray(), Noon, CancellationToken.None);
        await SealedAsync(store);
        await store.CompactAsync(Noon, CancellationToken.None);
        var forwards = Files("*.fwd");
        Assert.NotEmpty(forwards);
        await store.ReleaseAsync(bodies.ToArray(), Noon, CancellationToken.None);
        for (var i = 0; i < 40; i++)
            bodies.Add(await store.PutAsync(Bytes(600, i)));
        await SealedAsync(store);
        await store.CompactAsync(Noon, CancellationToken.None);
        Assert.Empty(Files("*.fwd").Intersect(forwards));
    }

    [Fact]
    public async Task Damaged_forwards_are_made_anew_from_the_moved_records()
    {
        var bodies = new Dictionary<int, BodyRef>();
        await using (var store = Open(_directory, Small))
        {
            for (var i = 0; i < 60; i++)
                bodies[i] = await store.PutAsync(Bytes(600, i), Bytes(20, i), text: Bytes(25, i));
            await KillSomeAsync(store, bodies);
            await SealedAsync(store);
            await store.CompactAsync(Noon, CancellationToken.None);
        }

        foreach (var file in Files("*.fwd"))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            bytes[26] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
        }

        await using (var store = Open(_directory, Small))
            await ExpectAsync(store, bodies);
    }

    [Fact]
    public async Task A_pack_with_a_damaged_live_record_is_left_alone()
    {
        var bodies = new List<BodyRef>();
        await using (var store = Open(_directory, Small))
        {
            for (var i = 0; i < 40; i++)
                bodies.Add(await store.PutAsync(Bytes(600, i)));
            await store.ReleaseAsync(bodies.Where((_, i) => i % 8 != 0).ToArray(), Noon, CancellationToken.None);
        }

        var path = _directory.PackFile(1, ".pack");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[200] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        await using (var store = Open(_directory, Small))
        {
            await store.CompactAsync(Noon, CancellationToken.None);
            Assert.True(File.Exists(path));
            await Assert.ThrowsAsync<BodyCorruptException>(() => store.ReadAsync(bodies[0]));
            Assert.Equal(Bytes(600, 8), await store.ReadAsync(bodies[8]));

            // Given up by its owner it is in nobody's way any more.
            await store.ReleaseAsync(bodies[..1].ToArray(), Noon, CancellationToken.None);
            await store.CompactAsync(Noon, CancellationToken.None);
            Assert.False(File.Exists(path));
            Assert.Equal(Bytes(600, 8), await store.ReadAsync(bodies[8]));
        }
    }

    [Theory]
    [InlineData(nameof(PackStep.CompactionCopied))]
    [InlineData(nameof(PackStep.CompactionForwarded))]
    [InlineData(nameof(PackStep.CompactionReleasesCarried))]
    [InlineData(nameof(PackStep.CompactionSwitched))]
    [InlineData(nameof(PackStep.CompactionRecordsRemoved))]
    [InlineData(nameof(PackStep.CompactionDone))]
    [InlineData(nameof(PackStep.Indexed))]
    [InlineData(nameof(PackStep.Released))]
    public async Task A_kill_at_any_step_leaves_the_same_end(string stepName)
    {
        var step = Enum.Parse<PackStep>(stepName);
        var compacting = false;
        var kills = new List<TemporaryDirectory>();
        var bodies = new Dictionary<int, BodyRef>();
        var graceful = new List<BodyRef>();
        var options = Small with
        {
            AtStep = at =>
            {
                if (Volatile.Read(ref compacting) && at == step)
                {
                    lock (kills)
                        kills.Add(_directory.CopyAsAfterKill());
                }
            },
        };
        await using (var store = Open(_directory, options))
        {
            for (var i = 0; i < 60; i++)
                bodies[i] = await store.PutAsync(Bytes(600, i), Bytes(20, i), text: Bytes(25, i));

            // One of each pack is given up with a grace period still running: it moves, and is garbage later.
            graceful.AddRange([bodies[0], bodies[21], bodies[42]]);
            await store.ReleaseAsync(graceful.ToArray(), Noon.AddDays(1), CancellationToken.None);
            await KillSomeAsync(store, bodies);
            await SealedAsync(store);
            Volatile.Write(ref compacting, true);
            await store.CompactAsync(Noon, CancellationToken.None);
            Volatile.Write(ref compacting, false);
            await ExpectAsync(store, bodies);
        }

        Assert.NotEmpty(kills);
        foreach (var left in kills)
        {
            using var directory = left;
            await using (var store = Open(left, Small))
            {
                await ExpectAsync(store, bodies);
                await store.CompactAsync(Noon, CancellationToken.None);
                await ExpectAsync(store, bodies);
                var records = await store.RecordsAsync();
                Assert.Equal(records.Count, records.Select(record => record.Body).Distinct().Count());
                Assert.Equal(graceful.Count, records.Count(record => record.Released && graceful.Contains(record.Body)));
            }

            await using (var store = Open(left, Small))
            {
                await ExpectAsync(store, bodies);
                await store.ReleaseAsync(bodies.Values.ToArray(), Noon, CancellationToken.None);
                for (var i = 0; i < 20; i++)
                    await store.PutAsync(Bytes(600, i));
                await SealedAsync(store);
                await store.CompactAsync(Noon.AddDays(2), CancellationToken.None);
                Assert.DoesNotContain(await store.RecordsAsync(), record => bodies.ContainsValue(record.Body) && !record.Released);
            }
        }
    }

    [Fact]
    public async Task Readers_writers_and_releases_go_on_while_packs_move()
    {
        var random = new Random(4711);
        await using var store = Open(_directory, Small with { OpenPacksMax = 3 });
        var bodies = new Dictionary<int, BodyRef>();
        for (var i = 0; i < 200; i++)
            bodies[i] = await store.PutAsync(Bytes(500, i), Bytes(20, i), text: Bytes(25, i));
        using var stop = new CancellationTokenSource();
        var snapshot = bodies.Where(pair => pair.Key % 5 == 0).ToDictionary();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await ExpectAsync(store, snapshot, exact: false);
        })).ToList();
        for (var round = 0; round < 10; round++)
        {
            var dead = bodies.Where(pair => pair.Key % 5 != 0 && random.Next(3) == 0).ToList();
            var release = store.ReleaseAsync(dead.Select(pair => pair.Value).ToArray(), Noon, CancellationToken.None).AsTask();
            var compact = store.CompactAsync(Noon, CancellationToken.None).AsTask();
            for (var i = 0; i < 20; i++)
                bodies[1_000 + round * 20 + i] = await store.PutAsync(Bytes(500, 1_000 + round * 20 + i), Bytes(20, 1_000 + round * 20 + i), text: Bytes(25, 1_000 + round * 20 + i));
            await release;
            await compact;
            dead.ForEach(pair => bodies.Remove(pair.Key));
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        await ExpectAsync(store, bodies);
    }

    // Two of three are dead already.
    private static async Task KillSomeAsync(PackBodyStore store, Dictionary<int, BodyRef> bodies)
    {
        var dead = bodies.Where(pair => pair.Key % 3 != 0).ToList();
        await store.ReleaseAsync(dead.Select(pair => pair.Value).ToArray(), Noon, CancellationToken.None);
        dead.ForEach(pair => bodies.Remove(pair.Key));
    }

    private static Task SealedAsync(PackBodyStore store) => store.WhenSealedAsync();

    private static async Task ExpectAsync(PackBodyStore store, Dictionary<int, BodyRef> bodies, bool exact = true)
    {
        var summaries = new ReadOnlyMemory<byte>[bodies.Count];
        var texts = new ReadOnlyMemory<byte>[bodies.Count];
        await store.GetSummariesAsync(bodies.Values.ToArray(), summaries, CancellationToken.None);
        await store.GetTextsAsync(bodies.Values.ToArray(), texts, CancellationToken.None);
        var at = 0;
        foreach (var (seed, body) in bodies)
        {
            var bytes = await store.ReadAsync(body);
            Assert.Equal(Bytes(bytes.Length, seed), bytes);
            Assert.Equal(Bytes(20, seed), summaries[at].ToArray());
            Assert.Equal(Bytes(25, seed), texts[at++].ToArray());
        }

        if (!exact)
            return;
        var records = await store.RecordsAsync();
        Assert.All(records, record => Assert.Equal(BodyCondition.Sound, record.Condition));
        var seen = records.Select(record => record.Body).ToHashSet();
        Assert.All(bodies.Values, body => Assert.Contains(body, seen));
        Assert.Equal(seen.Count, records.Count);
    }

    private string[] Files(string pattern) => Directory.GetFiles(Path.Combine(_directory.Path, PackBodyStore.DirectoryName), pattern);

    public void Dispose() => _directory.Dispose();
}
