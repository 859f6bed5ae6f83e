using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using MailCluster.Bodies;
using MailCluster.Persistence;
using MailCluster.Storage.Packs;
using MailCluster.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace MailCluster.Storage.Tests.Kill;

/// <summary>A real process on real files, killed with SIGKILL at moments it does not choose.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_no_event_is_without_its_body()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var acknowledged = new long[KillChild.Workers];
        for (var kill = 0; kill < 6; kill++)
        {
            await RunAndKillAsync(acknowledged, random.Next(10, 1_500));
            await CheckAsync(acknowledged);
        }

        Assert.All(acknowledged, last => Assert.NotEqual(0, last));
    }

    private async Task RunAndKillAsync(long[] acknowledged, int linesBeforeKill)
    {
        using var child = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(KillChild).Assembly.Location, _directory.File("data")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = child.StandardError.ReadToEndAsync();
            var lines = 0;
            while (await child.StandardOutput.ReadLineAsync() is { } line)
            {
                // A line that the kill cut short is no acknowledgement.
                var words = line.Split(' ');
                if (words.Length == 2 && int.TryParse(words[0], CultureInfo.InvariantCulture, out var worker)
                    && long.TryParse(words[1], CultureInfo.InvariantCulture, out var sequenceNr) && sequenceNr == acknowledged[worker] + 1)
                {
                    acknowledged[worker] = sequenceNr;
                }

                if (++lines == linesBeforeKill)
                    child.Kill();
            }

            await child.WaitForExitAsync();
            Assert.True(lines >= linesBeforeKill, $"The child ended by itself: {await errors}");
        }
        finally
        {
            if (!child.HasExited)
                child.Kill();
        }
    }

    private async Task CheckAsync(long[] acknowledged)
    {
        using var data = DataDirectory.Open(_directory.File("data"));
        await using var database = SqliteDatabase.Open(data.Path, KillChild.Sqlite, TimeProvider.System, NullLogger<SqliteDatabase>.Instance);
        await using var bodies = PackBodyStore.Open(data.Path, KillChild.Packs, NullLogger<PackBodyStore>.Instance);
        for (var worker = 0; worker < KillChild.Workers; worker++)
        {
            long last = 0;
            await foreach (var entry in database.Journal.ReplayAsync(KillChild.Actor(worker), SequenceNr.Zero, CancellationToken.None))
            {
                Assert.Equal(++last, entry.SequenceNr.Value);
                if (KillChild.HasBody(last) && !KillChild.IsReleased(last))
                    await CheckBodyAsync(bodies, worker, last, new BodyRef(BinaryPrimitives.ReadUInt64LittleEndian(entry.Payload.Span)));
            }

            // One more than was heard of may have landed: it was stored and the kill came before its line.
            Assert.InRange(last, acknowledged[worker], acknowledged[worker] + 1);
            acknowledged[worker] = last;
        }

        await foreach (var record in bodies.EnumerateAsync(verify: true, CancellationToken.None))
            Assert.Equal(BodyCondition.Sound, record.Condition);
    }

    private static async Task CheckBodyAsync(PackBodyStore bodies, int worker, long sequenceNr, BodyRef body)
    {
        var expected = KillChild.Body(worker, sequenceNr);
        var bytes = new byte[await bodies.GetLengthAsync(body, CancellationToken.None)];
        await bodies.ReadAsync(body, 0, bytes, CancellationToken.None);
        Assert.True(bytes.AsSpan().SequenceEqual(expected), $"{worker} {sequenceNr} {body}");
        var summary = new ReadOnlyMemory<byte>[1];
        await bodies.GetSummariesAsync(new[] { body }, summary, CancellationToken.None);

        // Its put was answered, and kill -9 takes no page cache away: the summary is there too.
        Assert.Equal(sequenceNr, BitConverter.ToInt64(summary[0].Span));
    }

    public void Dispose() => _directory.Dispose();
}
