using System.Buffers.Binary;
using System.Globalization;
using MailCluster.Bodies;
using MailCluster.Persistence;
using MailCluster.Storage.Packs;
using MailCluster.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Storage.Tests.Kill;

/// <summary>
/// The process that <see cref="KillTests"/> kills: delivers, flags, expunges and compacts as fast as it can, and says on its standard output
/// what was acknowledged, one line each: worker, sequence number.
/// </summary>
internal static class KillChild
{
    public const int Workers = 8;

    public static readonly PackOptions Packs = new() { PackBytesMax = 200_000, GarbageRatio = 0.3 };

    public static readonly SqliteOptions Sqlite = new() { CheckpointPages = 64, FlushDelayMax = TimeSpan.FromMilliseconds(20) };

    public static async Task<int> Main(string[] arguments)
    {
        using var data = DataDirectory.Open(arguments[0]);
        await using var database = SqliteDatabase.Open(data.Path, Sqlite, TimeProvider.System, NullLogger<SqliteDatabase>.Instance);
        await using var bodies = PackBodyStore.Open(data.Path, Packs, NullLogger<PackBodyStore>.Instance);
        var writer = await database.Writers.RegisterAsync("node", CancellationToken.None);
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(worker, database, bodies, writer, output))));
        return 0;
    }

    public static PersistenceId Actor(int worker) => new(string.Create(CultureInfo.InvariantCulture, $"worker-{worker}@example.com"));

    /// <summary>The body that goes with one write; its length differs, from nothing to more than a page.</summary>
    public static byte[] Body(int worker, long sequenceNr)
    {
        var random = new Random((worker * 7_919) + (int)sequenceNr);
        var body = new byte[random.Next(6_000)];
        random.NextBytes(body);
        return body;
    }

    /// <summary>Every third write only changes flags, and may ride the system's buffers.</summary>
    public static bool HasBody(long sequenceNr) => sequenceNr % 3 != 0;

    /// <summary>Every fifth message is given up at once.</summary>
    public static bool IsReleased(long sequenceNr) => sequenceNr % 5 == 0;

    private static async Task WorkAsync(int worker, SqliteDatabase database, PackBodyStore bodies, WriterGeneration writer, StreamWriter output)
    {
        var end = await database.Journal.GetHighestSequenceNrAsync(Actor(worker), CancellationToken.None);
        while (true)
        {
            var next = end.Next;
            var payload = new byte[sizeof(ulong)];
            BodyRef body = default;
            if (HasBody(next.Value))
            {
                body = await bodies.PutAsync(
                    new NewBody(Actor(worker).Value, Guid.NewGuid(), BitConverter.GetBytes(next.Value), default, Body(worker, next.Value)), CancellationToken.None);
                BinaryPrimitives.WriteUInt64LittleEndian(payload, body.Value);
            }

            await database.Journal.AppendAsync(
                new JournalWrite(
                    Actor(worker), end, writer, payload, DateTimeOffset.UnixEpoch, HasBody(next.Value) ? Durability.Disk : Durability.OsBuffers),
                CancellationToken.None);
            lock (output)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{worker} {next.Value}"));
            if (body != default && IsReleased(next.Value))
                await bodies.ReleaseAsync(new[] { body }, DateTimeOffset.UnixEpoch, CancellationToken.None);
            if (worker == 0 && next.Value % 20 == 0)
                await bodies.CompactAsync(DateTimeOffset.UnixEpoch, CancellationToken.None);
            end = next;
        }
    }
}
