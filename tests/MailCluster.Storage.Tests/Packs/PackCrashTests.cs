using MailCluster.Bodies;
using MailCluster.Storage.Packs;
using static MailCluster.Storage.Tests.Packs.PackFixture;

namespace MailCluster.Storage.Tests.Packs;

/// <summary>Kills at each step of a put and of a rotation, and tails torn at every byte.</summary>
public sealed class PackCrashTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData(nameof(PackStep.PackCreated))]
    [InlineData(nameof(PackStep.RecordsWritten))]
    [InlineData(nameof(PackStep.RecordsFlushed))]
    [InlineData(nameof(PackStep.SummariesWritten))]
    [InlineData(nameof(PackStep.Indexed))]
    [InlineData(nameof(PackStep.Sealed))]
    [InlineData(nameof(PackStep.Released))]
    public async Task After_a_kill_at_any_step_everything_acknowledged_is_there(string stepName)
    {
        var step = Enum.Parse<PackStep>(stepName);
        var kills = new List<(TemporaryDirectory Left, BodyRef[] Acknowledged)>();
        var acknowledged = new List<BodyRef>();
        var options = new PackOptions
        {
            PackBytesMax = 3_000,
            AtStep = at =>
            {
                if (at != step)
                    return;
                lock (acknowledged)
                    kills.Add((_directory.CopyAsAfterKill(), [.. acknowledged]));
            },
        };
        await using (var store = Open(_directory, options))
        {
            for (var i = 0; i < 12; i++)
            {
                var body = await store.PutAsync(Bytes(700, i), Bytes(30, i + 100));
                lock (acknowledged)
                    acknowledged.Add(body);
                if (i % 4 == 3)
                    await store.ReleaseAsync(new[] { body }, Noon, CancellationToken.None);
            }
        }

        Assert.NotEmpty(kills);
        foreach (var (left, there) in kills)
        {
            using var directory = left;
            await using var store = Open(left, new PackOptions { PackBytesMax = 3_000 });
            for (var i = 0; i < there.Length; i++)
            {
                Assert.Equal(Bytes(700, i), await store.ReadAsync(there[i]));
                Assert.Equal(Bytes(30, i + 100), await store.SummaryAsync(there[i]));
            }

            // It goes on, and what it gives out now was never given out before.
            var next = await store.PutAsync(Bytes(50, 999));
            Assert.DoesNotContain(next, there);
            Assert.Equal(Bytes(50, 999), await store.ReadAsync(next));
            Assert.All(await store.RecordsAsync(), record => Assert.Equal(BodyCondition.Sound, record.Condition));
        }
    }

    [Fact]
    public async Task A_tail_torn_at_any_byte_is_cut_off()
    {
        var kept = new List<BodyRef>();
        long end;
        await using (var store = Open(_directory))
        {
            for (var i = 0; i < 3; i++)
                kept.Add(await store.PutAsync(Bytes(40, i), Bytes(10, i)));
            end = new FileInfo(_directory.PackFile(1, ".pack")).Length;
            await store.PutAsync(Bytes(40, 3), Bytes(10, 3));
        }

        var whole = await File.ReadAllBytesAsync(_directory.PackFile(1, ".pack"));
        for (var cut = end; cut < whole.Length; cut++)
        {
            using var torn = _directory.CopyAsAfterKill();
            await File.WriteAllBytesAsync(torn.PackFile(1, ".pack"), whole[..(int)cut]);
            // The index never gets ahead of the records: cut it too, or lose it.
            if (cut % 2 == 0)
                File.Delete(torn.PackFile(1, ".idx"));
            else
                await TruncateAsync(torn.PackFile(1, ".idx"), 24 + 3 * 40);

            BodyRef next;
            await using (var store = Open(torn))
                next = await store.PutAsync(Bytes(60, 4));
            await using (var store = Open(torn))
            {
                for (var i = 0; i < kept.Count; i++)
                {
                    Assert.Equal(Bytes(40, i), await store.ReadAsync(kept[i]));
                    Assert.Equal(Bytes(10, i), await store.SummaryAsync(kept[i]));
                }

                Assert.Equal(Bytes(60, 4), await store.ReadAsync(next));

                // It took the place of the record that was lost, and must not be answered with that one's summary.
                Assert.Empty(await store.SummaryAsync(next));
            }
        }
    }

    [Fact]
    public async Task A_summary_of_a_lost_record_is_never_taken_for_that_of_another()
    {
        await using (var store = Open(_directory))
        {
            await store.PutAsync(Bytes(40, 0), Bytes(10, 0));
            await store.PutAsync(Bytes(40, 1), Bytes(10, 1));
        }

        // The records and the index of the second are lost, its summary is not; then another record takes its place, and the index is lost again.
        var summaries = await File.ReadAllBytesAsync(_directory.PackFile(1, ".summary"));
        await TruncateAsync(_directory.PackFile(1, ".idx"), 24 + 40);
        await TruncateAsync(_directory.PackFile(1, ".pack"), 24 + 56 + 1 + 40 + 17);
        BodyRef next;
        await using (var store = Open(_directory))
            next = await store.PutAsync(Bytes(40, 2));
        await File.WriteAllBytesAsync(_directory.PackFile(1, ".summary"), summaries);
        File.Delete(_directory.PackFile(1, ".idx"));

        await using (var store = Open(_directory))
        {
            Assert.Equal(Bytes(40, 2), await store.ReadAsync(next));
            Assert.Empty(await store.SummaryAsync(next));
            Assert.Equal(Bytes(10, 0), await store.SummaryAsync(new BodyRef(next.Value - 1)));
        }
    }

    [Fact]
    public async Task A_clean_close_leaves_nothing_to_scan()
    {
        await using (var store = Open(_directory, new PackOptions { PackBytesMax = 3_000 }))
        {
            for (var i = 0; i < 20; i++)
                await store.PutAsync(Bytes(700, i));
        }

        // Were the records scanned, this damage of sealed and active packs would be found at the start; it is found when they are read.
        foreach (var pack in Directory.GetFiles(Path.Combine(_directory.Path, PackBodyStore.DirectoryName), "*.pack"))
        {
            var bytes = await File.ReadAllBytesAsync(pack);
            bytes[100] ^= 1;
            await File.WriteAllBytesAsync(pack, bytes);
        }

        await using (var store = Open(_directory))
        {
            var conditions = (await store.RecordsAsync()).ConvertAll(record => record.Condition);
            Assert.Equal(20, conditions.Count);
            Assert.Contains(BodyCondition.Corrupt, conditions);
        }
    }

    private static async Task TruncateAsync(string path, long length)
    {
        await using var file = new FileStream(path, FileMode.Open);
        file.SetLength(length);
    }

    public void Dispose() => _directory.Dispose();
}
