using MailCluster.Auth.Abuse;
using MailCluster.Testing;
using MailCluster.Testing.Contracts;

namespace MailCluster.Auth.Tests.Abuse;

public sealed class InMemoryBanStoreTests : BanStoreContract
{
    private readonly InMemoryBanStore _store = new();

    protected override ValueTask<IBanStore> OpenAsync() => ValueTask.FromResult<IBanStore>(_store);
}

public sealed class FileBanStoreTests : BanStoreContract, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mailcluster-bans-");
    private FileBanStore? _store;

    private string Path => System.IO.Path.Combine(_directory.FullName, "bans");

    public void Dispose()
    {
        _store?.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Lines_that_make_no_sense_are_left_out()
    {
        await File.WriteAllTextAsync(Path, "nonsense\n192.0.2.1\t2026-01-01T00:00:00Z\tsometime\tx\n192.0.2.2\t2026-01-01T00:00:00Z\t-\tby hand\n\n300.1.1.1\t2026-01-01T00:00:00Z\t-\tx\n");

        var bans = await (await OpenAsync()).ListAsync(new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero), default);

        Assert.Equal(["192.0.2.2"], bans.Select(ban => ban.Network.ToString()));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told()
    {
        Directory.CreateDirectory(Path);

        await Assert.ThrowsAsync<BanStoreException>(async () => await (await OpenAsync()).PutAsync(
            new Ban(ClientNetwork.Parse("192.0.2.1")!.Value, default, null, ""), default, default));
    }

    protected override ValueTask<IBanStore> OpenAsync()
    {
        _store?.Dispose();
        return ValueTask.FromResult<IBanStore>(_store = new FileBanStore(Path));
    }
}
