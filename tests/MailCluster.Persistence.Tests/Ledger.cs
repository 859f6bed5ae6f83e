using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MailCluster.Actors;
using MailCluster.Persistence.InMemory;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Persistence.Tests;

/// <summary>A small account book to test the persistent actor with: named sums, and the replies of recent commands.</summary>
internal sealed record LedgerState(ImmutableSortedDictionary<string, long> Sums, ImmutableDictionary<Guid, long> Replies)
{
    internal static LedgerState Empty { get; } = new(ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal), ImmutableDictionary<Guid, long>.Empty);
}

/// <summary>An event: the sum changed, because of a command.</summary>
internal sealed record Booked(Guid Command, string Name, long Amount);

/// <summary>Adds to a sum; the reply is the sum after it.</summary>
internal sealed record Book(Guid Id, string Name, long Amount, Durability Durability = Durability.Disk, int Parts = 1);

/// <summary>Asks for a sum.</summary>
internal sealed record Sum(string Name);

internal sealed class OverdrawnException() : Exception("There is not enough.");

/// <summary>A command whose handling has the bug named.</summary>
internal sealed record Bug(string Where);

internal sealed class Ledger(PersistenceContext context, string id) : PersistentActor<LedgerState, Booked>(context, new PersistenceId(id))
{
    internal List<LedgerState> Recovered { get; } = [];

    internal List<int> Committed { get; } = [];

    internal List<LedgerState> BeforeSnapshots { get; } = [];

    internal Exception? ReadSnapshotThrows { get; set; }

    internal Func<ValueTask>? OnBeforeSnapshot { get; set; }

    internal Exception? PublishThrows { get; set; }

    protected override LedgerState EmptyState => LedgerState.Empty;

    protected override Decision<LedgerState, Booked> Decide(LedgerState state, object command)
    {
        switch (command)
        {
            case Sum sum:
                return Decision<LedgerState, Booked>.Answer(state.Sums.GetValueOrDefault(sum.Name));
            case Book book when state.Sums.GetValueOrDefault(book.Name) + book.Amount < 0:
                return Decision<LedgerState, Booked>.Refuse(new OverdrawnException());
            case Book book:
                var events = new Booked[book.Parts];
                for (var i = 0; i < book.Parts; i++)
                {
                    events[i] = new Booked(book.Id, book.Name, i == 0 ? book.Amount : 0);
                }

                return Decision<LedgerState, Booked>.Persist(events, after => after.Sums[book.Name], book.Durability);
            case Bug { Where: "apply" }:
                return Decision<LedgerState, Booked>.Persist([new Booked(Guid.Empty, "half", 1), new Booked(Guid.Empty, "apply", 1)], 0L);
            case Bug { Where: "reply" }:
                return Decision<LedgerState, Booked>.Persist([new Booked(Guid.Empty, "half", 1)], _ => throw new FormatException("reply"));
            case Bug { Where: "encode" }:
                return Decision<LedgerState, Booked>.Persist([new Booked(Guid.Empty, "encode", 1)], 0L);
            default:
                throw new FormatException("decide");
        }
    }

    protected override LedgerState Apply(LedgerState state, Booked booked)
    {
        if (booked.Name == "apply")
        {
            throw new FormatException("apply");
        }

        var sum = state.Sums.GetValueOrDefault(booked.Name) + booked.Amount;
        return new LedgerState(state.Sums.SetItem(booked.Name, sum), state.Replies.SetItem(booked.Command, sum));
    }

    protected override bool TryGetRecordedReply(LedgerState state, object command, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out object? reply)
    {
        if (command is Book book && state.Replies.TryGetValue(book.Id, out var sum))
        {
            reply = sum;
            return true;
        }

        reply = null;
        return false;
    }

    protected override void Encode(IReadOnlyList<Booked> events, IBufferWriter<byte> payload)
    {
        if (events.Any(booked => booked.Name == "encode"))
        {
            throw new FormatException("encode");
        }

        payload.Write(JsonSerializer.SerializeToUtf8Bytes(events));
    }

    protected override IReadOnlyList<Booked> Decode(ReadOnlyMemory<byte> payload) => JsonSerializer.Deserialize<Booked[]>(payload.Span)!;

    /// <summary>One part a sum, one for the replies.</summary>
    protected override SnapshotChanges WriteSnapshot(LedgerState state, LedgerState? lastSnapshotted)
    {
        var changed = new List<SnapshotPart> { new("replies", JsonSerializer.SerializeToUtf8Bytes(state.Replies)) };
        foreach (var (name, sum) in state.Sums)
        {
            if (lastSnapshotted is null || !lastSnapshotted.Sums.TryGetValue(name, out var before) || before != sum)
            {
                changed.Add(new SnapshotPart($"sum/{name}", Encoding.UTF8.GetBytes($"{sum}")));
            }
        }

        return new SnapshotChanges(changed, []);
    }

    protected override LedgerState ReadSnapshot(Snapshot snapshot)
    {
        if (ReadSnapshotThrows is not null)
        {
            throw ReadSnapshotThrows;
        }

        var state = LedgerState.Empty;
        foreach (var part in snapshot.Parts)
        {
            state = part.Name == "replies"
                ? state with { Replies = JsonSerializer.Deserialize<ImmutableDictionary<Guid, long>>(part.Bytes.Span)! }
                : state with { Sums = state.Sums.SetItem(part.Name["sum/".Length..], long.Parse(part.Bytes.Span)) };
        }

        return state;
    }

    protected override void OnRecovered(LedgerState state) => Recovered.Add(state);

    protected override void OnCommitted(LedgerState before, LedgerState after, IReadOnlyList<Booked> events)
    {
        Committed.Add(events.Count);
        if (PublishThrows is not null)
        {
            throw PublishThrows;
        }
    }

    protected override ValueTask BeforeSnapshotAsync(LedgerState state)
    {
        BeforeSnapshots.Add(state);
        return OnBeforeSnapshot?.Invoke() ?? ValueTask.CompletedTask;
    }

    protected override long EstimateMemory(LedgerState state) => 100 + (10 * state.Sums.Count);
}

/// <summary>One node with in-memory stores; actors come and go on it.</summary>
#pragma warning disable CA1001 // xunit disposes of it through IAsyncLifetime.
public abstract class LedgerTest : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly ActorSystem _system;
    private PersistenceContext? _context;

    protected LedgerTest()
    {
        _system = new ActorSystem(Time, NullLoggerFactory.Instance);
        Journal = new InMemoryJournal(Writers);
        Snapshots = new InMemorySnapshotStore(Writers);
    }

    protected ManualTimeProvider Time { get; } = new();

    protected InMemoryWriterRegistry Writers { get; } = new();

    protected InMemoryJournal Journal { get; }

    protected InMemorySnapshotStore Snapshots { get; }

    protected WriterGeneration Writer { get; private set; }

    protected virtual PersistenceOptions Options => new() { HistoryRetention = Timeout.InfiniteTimeSpan };

    protected PersistenceContext Context => _context!;

    protected List<WriterFencedException> Fences { get; } = [];

    public async Task InitializeAsync()
    {
        Writer = await Writers.RegisterAsync("n1", CancellationToken.None);
        _context = new PersistenceContext(_system, Journal, Snapshots, Writer, Options, Time, NullLoggerFactory.Instance, Fences.Add);
    }

    public Task DisposeAsync()
    {
        _context?.Dispose();
        _system.Dispose();
        return Task.CompletedTask;
    }

    internal static Task<long> BookAsync(Ledger ledger, string name, long amount, Guid? id = null, int parts = 1) =>
        AskAsync(ledger, new Book(id ?? Guid.NewGuid(), name, amount, Parts: parts));

    internal static Task<long> SumAsync(Ledger ledger, string name) => AskAsync(ledger, new Sum(name));

    internal static Task<long> AskAsync(Ledger ledger, object message) =>
        ledger.AskAsync<long>(message, Timeout.InfiniteTimeSpan, CancellationToken.None).AsTask();

    internal Ledger Open(string id = "l") => new(Context, id);
}
