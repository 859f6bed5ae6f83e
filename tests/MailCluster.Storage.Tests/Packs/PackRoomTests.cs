using MailCluster.Storage.Packs;
using MailCluster.Testing;
using Microsoft.Extensions.Logging;
using static MailCluster.Storage.Tests.Packs.PackFixture;

namespace MailCluster.Storage.Tests.Packs;

/// <summary>The zeros that a pack has ahead of its records while it is written.</summary>
public sealed class PackRoomTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private long FileLength => new FileInfo(_directory.PackFile(1, ".pack")).Length;

    [Fact]
    public async Task Small_messages_come_to_lie_in_room_that_is_there_already()
    {
        await using (var store = Open(_directory))
        {
            await store.PutAsync(Bytes(700, 0));
            var ahead = FileLength;
            Assert.InRange(ahead, 100_000, 1_000_000);
            for (var i = 1; i < 100; i++)
            {
                await store.PutAsync(Bytes(700, i));
                Assert.Equal(ahead, FileLength);
            }

            // And when it is used up there is more.
            for (var i = 0; i < 10; i++)
                await store.PutAsync(Bytes(40_000, i));
            Assert.InRange(FileLength, ahead + 1, ahead + 1_000_000);
        }

        Assert.InRange(FileLength, 470_000, 500_000);
    }

    [Fact]
    public async Task Big_ones_make_none_and_use_what_is_there()
    {
        await using var store = Open(_directory);
        var big = await store.PutAsync(Bytes(100_000, 1));
        Assert.InRange(FileLength, 100_000, 101_000);
        await store.PutAsync(Bytes(700, 2));
        var ahead = FileLength;
        Assert.InRange(ahead, 200_000, 1_000_000);
        await store.PutAsync(Bytes(100_000, 3));
        Assert.Equal(ahead, FileLength);
        Assert.Equal(Bytes(100_000, 1), await store.ReadAsync(big));
    }

    [Fact]
    public async Task A_kill_leaves_room_that_is_no_torn_write_and_the_next_record_follows_the_last()
    {
        var before = await LeaveKilledAsync(_ => { });
        using var log = new CapturedLog();
        using (before.Directory)
        {
            await using (var store = PackBodyStore.Open(before.Directory.Path, new PackOptions(), log.CreateLogger<PackBodyStore>()))
            {
                Assert.Equal(before.Length, new FileInfo(before.Directory.PackFile(1, ".pack")).Length);
                Assert.Equal(Bytes(50, 7), await store.ReadAsync(await store.PutAsync(Bytes(50, 7))));
            }

            Assert.True(log.Has("0 bytes of a torn write"), log.ToString());
        }
    }

    [Fact]
    public async Task What_is_not_zeros_behind_the_last_record_is_counted_as_torn()
    {
        var before = await LeaveKilledAsync(static file => file.Seek(100, SeekOrigin.Current));
        using var log = new CapturedLog();
        using (before.Directory)
        {
            await using (PackBodyStore.Open(before.Directory.Path, new PackOptions(), log.CreateLogger<PackBodyStore>()))
                Assert.Equal(before.Length, new FileInfo(before.Directory.PackFile(1, ".pack")).Length);
            Assert.True(log.Has("101 bytes of a torn write"), log.ToString());
        }
    }

    [Fact]
    public async Task A_pack_that_is_full_ends_with_its_last_record()
    {
        await using var store = Open(_directory, new PackOptions { PackBytesMax = 3_000 });
        for (var i = 0; i < 6; i++)
            await store.PutAsync(Bytes(700, i));
        await store.WhenSealedAsync();
        Assert.InRange(FileLength, 2_000, 3_000);
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>A store as a kill leaves it; if <paramref name="place"/> moves from the end of the records, a byte is put there. Gives the length of the records.</summary>
    private async Task<(TemporaryDirectory Directory, long Length)> LeaveKilledAsync(Action<FileStream> place)
    {
        TemporaryDirectory killed;
        await using (var store = Open(_directory))
        {
            for (var i = 0; i < 3; i++)
                await store.PutAsync(Bytes(700, i));
            killed = _directory.CopyAsAfterKill();
        }

        var length = FileLength;
        await using var file = new FileStream(killed.PackFile(1, ".pack"), FileMode.Open);
        Assert.InRange(file.Length, length + 100_000, length + 1_000_000);
        file.Position = length;
        place(file);
        if (file.Position > length)
            file.WriteByte(1);
        return (killed, length);
    }
}
