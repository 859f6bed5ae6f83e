using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using MailCluster.Actors;
using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace MailCluster.Cluster.Tests;

/// <summary>
/// The whole way of a command, region to journal, with everything in its way at once: a journal that fails before and after storing,
/// snapshots that fail, passivation, hand-offs, a memory budget of next to nothing. Clients repeat their command id until they are answered.
/// </summary>
public sealed class ExactlyOnceThroughTheRegionTests(ITestOutputHelper output) : RegionTest
{
    private readonly InMemoryWriterRegistry _writers = new();
    private PersistenceContext? _context;

    [Fact]
    public async Task Every_command_counts_once()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        const int Entities = 6;
        const int Clients = 6;
        const int Commands = 400;
        var journal = new InMemoryJournal(_writers);
        var snapshots = new InMemorySnapshotStore(_writers);
        var options = new PersistenceOptions { SnapshotAfterEvents = 20, SnapshotOnStopAfterEvents = 5, HistoryRetention = TimeSpan.Zero, RecoveriesMax = 2 };
        using var context = new PersistenceContext(
            System, journal, snapshots, await _writers.RegisterAsync("n1", default), options, Time, NullLoggerFactory.Instance, _ => { });
        _context = context;
        var region = Open(
            new ShardRegionOptions { IdleTimeout = TimeSpan.FromMilliseconds(400), MemoryBudgetBytes = 300, MemoryBudgetKeeps = TimeSpan.Zero }, shards: 2);
        using var stop = new CancellationTokenSource();
        var disturbing = DisturbAsync(region, new Random(seed), stop.Token);
        var repeated = 0;

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(seed + client + 1);
            for (var i = 0; i < Commands; i++)
            {
                var entity = new EntityId($"{random.Next(Entities)}");
                var command = new Add(Guid.NewGuid());
                Spoil(journal, snapshots, random.Next(60));
                while (true)
                {
                    try
                    {
                        await region.AskAsync<Added>(entity, command, Never, default);
                        break;
                    }
                    catch (Exception failure) when (failure is PersistenceUnavailableException or BusyException)
                    {
                        Interlocked.Increment(ref repeated);
                        await Task.Yield();
                    }
                }
            }
        })));
        await stop.CancelAsync();
        await disturbing;
        await region.StopAsync(CancellationToken.None);

        var total = 0;
        for (var i = 0; i < Entities; i++)
        {
            total += await CountAsync(new Tally(context, $"{i}"));
        }

        output.WriteLine($"{repeated} repetitions, {journal.Writes} writes, {snapshots.Saves} snapshots");
        Assert.True(total == Clients * Commands, $"seed {seed}: {total} of {Clients * Commands}");
        Assert.True(repeated > 0, "nothing failed: nothing was tested");
    }

    internal override ActorCell Make(EntityId id) => new Tally(_context!, id.Value);

    private static async Task<int> CountAsync(Tally tally)
    {
        while (true)
        {
            try
            {
                return (await tally.AskAsync<Added>("count", Never, default)).Count;
            }
            catch (PersistenceUnavailableException)
            {
                // A fault that nothing had met yet; the actor stopped before it began.
                tally = tally.Again();
            }
        }
    }

    private static void Spoil(InMemoryJournal journal, InMemorySnapshotStore snapshots, int dice)
    {
        switch (dice)
        {
            case 0:
                journal.Faults.FailNextAppend();
                break;
            case 1:
                journal.Faults.FailNextAppendAfterStoring();
                break;
            case 2:
                journal.Faults.FailNextRead();
                break;
            case 3:
                snapshots.FailNextSave();
                break;
        }
    }

    private async Task DisturbAsync(ShardRegion region, Random random, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Time.Advance(TimeSpan.FromMilliseconds(random.Next(200)));
            if (random.Next(12) == 0)
            {
                try
                {
                    await region.HandOffAsync(new ShardId(random.Next(2)));
                }
                catch (InvalidOperationException)
                {
                    // Nothing of it is here just now.
                }
            }

            for (var i = random.Next(20); i > 0; i--)
            {
                await Task.Yield();
            }
        }
    }

    private sealed record Add(Guid Id);

    private sealed record Added(int Count);

    private sealed record State(int Count, ImmutableDictionary<Guid, int> Replies);

    private sealed class Tally(PersistenceContext context, string id) : PersistentActor<State, Guid>(context, new PersistenceId(id))
    {
        private static readonly State s_empty = new(0, ImmutableDictionary<Guid, int>.Empty);
        private readonly PersistenceContext _own = context;

        protected override State EmptyState => s_empty;

        internal Tally Again() => new(_own, PersistenceId.Value);

        protected override Decision<State, Guid> Decide(State state, object command) => command is Add add
            ? Decision<State, Guid>.Persist([add.Id], after => new Added(after.Count))
            : Decision<State, Guid>.Answer(new Added(state.Count));

        protected override State Apply(State state, Guid domainEvent) => new(state.Count + 1, state.Replies.Add(domainEvent, state.Count + 1));

        protected override bool TryGetRecordedReply(State state, object command, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out object? reply)
        {
            reply = command is Add add && state.Replies.TryGetValue(add.Id, out var count) ? new Added(count) : null;
            return reply is not null;
        }

        protected override void Encode(IReadOnlyList<Guid> events, IBufferWriter<byte> payload) => payload.Write(JsonSerializer.SerializeToUtf8Bytes(events));

        protected override IReadOnlyList<Guid> Decode(ReadOnlyMemory<byte> payload) => JsonSerializer.Deserialize<Guid[]>(payload.Span)!;

        protected override SnapshotChanges WriteSnapshot(State state, State? lastSnapshotted) =>
            new([new SnapshotPart("all", JsonSerializer.SerializeToUtf8Bytes(state.Replies))], []);

        protected override State ReadSnapshot(Snapshot snapshot)
        {
            var replies = JsonSerializer.Deserialize<ImmutableDictionary<Guid, int>>(snapshot.Parts[0].Bytes.Span)!;
            return new State(replies.Count, replies);
        }

        protected override long EstimateMemory(State state) => 100;
    }
}
