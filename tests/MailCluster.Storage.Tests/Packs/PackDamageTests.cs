using MailCluster.Bodies;
using MailCluster.Storage.Packs;
using static MailCluster.Storage.Tests.Packs.PackFixture;

namespace MailCluster.Storage.Tests.Packs;

/// <summary>Files damaged, lost or of another version.</summary>
public sealed class PackDamageTests : IDisposable
{
    private const int RecordSize = 56 + 1 + 100;
    private const int FirstRecord = 24;

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task A_damaged_body_is_refused_and_found_by_a_check()
    {
        var bodies = await FillAsync(3);
        await FlipAsync(".pack", FirstRecord + RecordSize + 80);
        await using var store = Open(_directory);
        await Assert.ThrowsAsync<BodyCorruptException>(() => store.ReadAsync(bodies[1]));
        Assert.Equal(BodyCondition.Corrupt, await store.VerifyAsync(bodies[1], CancellationToken.None));
        Assert.Equal(Bytes(100, 0), await store.ReadAsync(bodies[0]));
        Assert.Equal(
            [BodyCondition.Sound, BodyCondition.Corrupt, BodyCondition.Sound], (await store.RecordsAsync()).Select(record => record.Condition));
        Assert.All(await store.RecordsAsync(verify: false), record => Assert.Equal("a", record.Owner));
    }

    [Theory]
    [InlineData(10)] // in the header
    [InlineData(80)] // in the body
    public async Task Damage_in_the_middle_does_not_cost_what_follows_even_without_an_index(int at)
    {
        var bodies = await FillAsync(5);
        await FlipAsync(".pack", FirstRecord + RecordSize + at);
        File.Delete(_directory.PackFile(1, ".idx"));
        await using var store = Open(_directory);
        foreach (var i in new[] { 0, 2, 3, 4 })
        {
            Assert.Equal(Bytes(100, i), await store.ReadAsync(bodies[i]));
            Assert.Equal(Bytes(10, i), await store.SummaryAsync(bodies[i]));
        }

        await Assert.ThrowsAsync<BodyCorruptException>(() => store.ReadAsync(bodies[1]));
        Assert.Equal(BodyCondition.Corrupt, await store.VerifyAsync(bodies[1], CancellationToken.None));
        Assert.Equal(5, (await store.RecordsAsync()).Count);
        Assert.Equal(Bytes(7, 7), await store.ReadAsync(await store.PutAsync(Bytes(7, 7))));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("short")]
    [InlineData("flipped")]
    [InlineData("gone while open")]
    public async Task The_index_of_a_sealed_pack_is_made_anew(string damage)
    {
        var options = new PackOptions { PackBytesMax = 1_000 };
        var bodies = await FillAsync(20, options);
        var index = _directory.PackFile(2, ".idx");
        switch (damage)
        {
            case "missing":
                File.Delete(index);
                break;
            case "short":
                await File.WriteAllBytesAsync(index, (await File.ReadAllBytesAsync(index))[..50]);
                break;
            case "flipped":
                await FlipAsync(".idx", 24 + 45, pack: 2);
                break;
        }

        for (var run = 0; run < 2; run++)
        {
            await using var store = Open(_directory, options);
            if (damage == "gone while open")
                File.Delete(index);
            for (var i = 0; i < bodies.Count; i++)
            {
                Assert.Equal(Bytes(100, i), await store.ReadAsync(bodies[i]));
                Assert.Equal(Bytes(10, i), await store.SummaryAsync(bodies[i]));
            }
        }
    }

    [Fact]
    public async Task Lost_or_damaged_summaries_are_answered_empty()
    {
        var options = new PackOptions { PackBytesMax = 1_000 };
        var bodies = await FillAsync(20, options);
        File.Delete(_directory.PackFile(1, ".summary"));
        await FlipAsync(".summary", 24 + 18, pack: 2);
        await using var store = Open(_directory, options);
        var summaries = new ReadOnlyMemory<byte>[bodies.Count];
        await store.GetSummariesAsync(bodies.ToArray(), summaries, CancellationToken.None);
        for (var i = 0; i < bodies.Count; i++)
        {
            var isLost = bodies[i].Value >> 32 == 1 || bodies[i].Value == 2ul << 32;
            Assert.Equal(isLost ? [] : Bytes(10, i), summaries[i].ToArray());
            Assert.Equal(Bytes(100, i), await store.ReadAsync(bodies[i]));
        }
    }

    [Fact]
    public async Task A_newer_format_is_refused()
    {
        await FillAsync(1);
        var path = _directory.PackFile(1, ".pack");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[4] = 9;
        BitConverter.TryWriteBytes(bytes.AsSpan(20), Crc32C.Of(bytes.AsSpan(0, 20)));
        await File.WriteAllBytesAsync(path, bytes);
        Assert.Throws<StorageFormatException>(() => Open(_directory));
    }

    [Fact]
    public async Task A_pack_whose_beginning_is_damaged_is_read_by_its_index()
    {
        var bodies = await FillAsync(3);
        await FlipAsync(".pack", 3);
        await using var store = Open(_directory);
        Assert.Equal(Bytes(100, 2), await store.ReadAsync(bodies[2]));
    }

    [Fact]
    public async Task A_record_inside_a_message_is_not_taken_for_one()
    {
        // The body is a copy of a whole record of this pack's first message, with all its checksums; only the nonce is not known to senders.
        await FillAsync(1);
        var forged = (await File.ReadAllBytesAsync(_directory.PackFile(1, ".pack")))[FirstRecord..];
        using var other = new TemporaryDirectory();
        await using (var store = Open(other))
        {
            await store.PutAsync(Bytes(100, 5));
            await store.PutAsync(forged);
        }

        var path = other.PackFile(1, ".pack");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[FirstRecord + 10] ^= 1;
        bytes[FirstRecord + RecordSize + 10] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        File.Delete(other.PackFile(1, ".idx"));
        await using (var store = Open(other))
            Assert.Empty(await store.RecordsAsync());
    }

    private async Task<List<BodyRef>> FillAsync(int count, PackOptions? options = null)
    {
        var bodies = new List<BodyRef>();
        await using var store = Open(_directory, options);
        for (var i = 0; i < count; i++)
            bodies.Add(await store.PutAsync(Bytes(100, i), Bytes(10, i)));
        return bodies;
    }

    private async Task FlipAsync(string extension, int at, uint pack = 1)
    {
        var path = _directory.PackFile(pack, extension);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[at] ^= 0x10;
        await File.WriteAllBytesAsync(path, bytes);
    }

    public void Dispose() => _directory.Dispose();
}
