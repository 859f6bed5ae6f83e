using MailCluster.Bodies;
using MailCluster.Storage.Packs;
using MailCluster.Testing.Contracts;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Storage.Tests.Packs;

/// <summary>What the tests of the packs share.</summary>
internal static class PackFixture
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static PackBodyStore Open(TemporaryDirectory directory, PackOptions? options = null) =>
        PackBodyStore.Open(directory.Path, options ?? new PackOptions(), NullLogger<PackBodyStore>.Instance);

    public static Task<BodyRef> PutAsync(this PackBodyStore store, byte[] body, byte[]? summary = null, string owner = "a", byte[]? text = null) =>
        store.PutAsync(new NewBody(owner, Guid.NewGuid(), summary, text, body), CancellationToken.None).AsTask();

    public static async Task<byte[]> ReadAsync(this PackBodyStore store, BodyRef body)
    {
        var bytes = new byte[await store.GetLengthAsync(body, CancellationToken.None)];
        Assert.Equal(bytes.Length, await store.ReadAsync(body, 0, bytes, CancellationToken.None));
        return bytes;
    }

    public static async Task<byte[]> SummaryAsync(this PackBodyStore store, BodyRef body)
    {
        var answer = new ReadOnlyMemory<byte>[1];
        await store.GetSummariesAsync(new[] { body }, answer, CancellationToken.None);
        return answer[0].ToArray();
    }

    public static async Task<List<BodyRecord>> RecordsAsync(this PackBodyStore store, bool verify = true)
    {
        var records = new List<BodyRecord>();
        await foreach (var record in store.EnumerateAsync(verify, CancellationToken.None))
            records.Add(record);
        return records;
    }

    public static string PackFile(this TemporaryDirectory directory, uint pack, string extension) =>
        Path.Combine(directory.Path, PackBodyStore.DirectoryName, pack.ToString("x8", System.Globalization.CultureInfo.InvariantCulture) + extension);

    public static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

public sealed class PackBodyStoreContractTests : BodyStoreContract
{
    protected override ValueTask<BodyStoreHarness> OpenAsync() => ValueTask.FromResult<BodyStoreHarness>(new PackHarness(new PackOptions()));
}

/// <summary>The same with packs so small that every test rotates and compacts.</summary>
public sealed class SmallPackBodyStoreContractTests : BodyStoreContract
{
    protected override ValueTask<BodyStoreHarness> OpenAsync() =>
        ValueTask.FromResult<BodyStoreHarness>(
            new PackHarness(new PackOptions { PackBytesMax = 2_000, GarbageRatio = 0.01, OpenPacksMax = 2, GroupBytesMax = 10_000 }));
}

internal sealed class PackHarness(PackOptions options) : BodyStoreHarness
{
    private readonly TemporaryDirectory _directory = new();
    private PackBodyStore? _store;

    private PackBodyStore Opened
    {
        get
        {
            // Contracts call from many threads.
            lock (_directory)
                return _store ??= PackFixture.Open(_directory, options);
        }
    }

    public override IBodyStore Store => Opened;

    public override IBodyStoreCheck Check => Opened;

    public override async ValueTask ReopenAsync()
    {
        await Opened.DisposeAsync();
        _store = null;
    }

    public override async ValueTask CollectAsync(DateTimeOffset now) => await Opened.CompactAsync(now, CancellationToken.None);

    public override async ValueTask DisposeAsync()
    {
        await ReopenAsync();
        _directory.Dispose();
    }
}
