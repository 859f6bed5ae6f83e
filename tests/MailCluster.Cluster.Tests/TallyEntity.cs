using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using MailCluster.Persistence;

namespace MailCluster.Cluster.Tests;

/// <summary>Adds a client's next number to an entity's list, once, however often it is sent.</summary>
internal sealed record Append(Guid Id, int Client, int Number);

internal sealed record Appended(int Length);

/// <summary>Asks for the whole list.</summary>
internal sealed record ReadAll;

internal sealed record All(IReadOnlyList<Append> Items);

/// <summary>As <see cref="Append"/>, without an id to find it by: may not be sent twice.</summary>
internal sealed record AppendOnce(int Client, int Number);

internal sealed record TallyState(ImmutableList<Append> Items, ImmutableDictionary<Guid, int> Replies)
{
    internal static readonly TallyState Empty = new([], ImmutableDictionary<Guid, int>.Empty);
}

/// <summary>A persistent entity that remembers what it was sent in which order.</summary>
internal sealed class TallyEntity(PersistenceContext context, EntityId id) : PersistentActor<TallyState, Append>(context, new PersistenceId(id.Value))
{
    protected override TallyState EmptyState => TallyState.Empty;

    protected override Decision<TallyState, Append> Decide(TallyState state, object command) => command switch
    {
        Append append => Decision<TallyState, Append>.Persist([append], after => new Appended(after.Items.Count)),
        AppendOnce once => Decision<TallyState, Append>.Persist([new Append(Guid.Empty, once.Client, once.Number)], after => new Appended(after.Items.Count)),
        "throw" => throw new InvalidOperationException("a bug"),
        _ => Decision<TallyState, Append>.Answer(new All(state.Items)),
    };

    protected override TallyState Apply(TallyState state, Append domainEvent)
    {
        var items = state.Items.Add(domainEvent);
        return new TallyState(items, domainEvent.Id == Guid.Empty ? state.Replies : state.Replies.SetItem(domainEvent.Id, items.Count));
    }

    protected override bool TryGetRecordedReply(TallyState state, object command, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out object? reply)
    {
        reply = command is Append append && state.Replies.TryGetValue(append.Id, out var length) ? new Appended(length) : null;
        return reply is not null;
    }

    protected override void Encode(IReadOnlyList<Append> events, IBufferWriter<byte> payload) => payload.Write(JsonSerializer.SerializeToUtf8Bytes(events));

    protected override IReadOnlyList<Append> Decode(ReadOnlyMemory<byte> payload) => JsonSerializer.Deserialize<Append[]>(payload.Span)!;

    protected override SnapshotChanges WriteSnapshot(TallyState state, TallyState? lastSnapshotted) =>
        new([new SnapshotPart("all", JsonSerializer.SerializeToUtf8Bytes(state.Items))], []);

    protected override TallyState ReadSnapshot(Snapshot snapshot)
    {
        var state = EmptyState;
        foreach (var item in JsonSerializer.Deserialize<Append[]>(snapshot.Parts[0].Bytes.Span)!)
        {
            state = Apply(state, item);
        }

        return state;
    }

    protected override long EstimateMemory(TallyState state) => 100;
}

/// <summary>JSON behind one byte for the type.</summary>
internal sealed class TallyCodec : IEntityCodec
{
    private static readonly Type[] s_types = [typeof(Append), typeof(Appended), typeof(ReadAll), typeof(All), typeof(AppendOnce), typeof(string)];

    public bool MayBeRepeated(object message) => message is not AppendOnce;

    public void WriteMessage(object message, IBufferWriter<byte> target)
    {
        target.Write([(byte)Array.IndexOf(s_types, message.GetType())]);
        target.Write(JsonSerializer.SerializeToUtf8Bytes(message, message.GetType()));
    }

    public object ReadMessage(ReadOnlyMemory<byte> bytes) => JsonSerializer.Deserialize(bytes.Span[1..], s_types[bytes.Span[0]])!;

    public void WriteReply(object reply, IBufferWriter<byte> target) => WriteMessage(reply, target);

    public object ReadReply(ReadOnlyMemory<byte> bytes) => ReadMessage(bytes);

    public bool TryWriteFailure(Exception failure, IBufferWriter<byte> target)
    {
        if (failure is not PersistenceUnavailableException)
        {
            return false;
        }

        WriteMessage(failure.Message, target);
        return true;
    }

    public Exception ReadFailure(ReadOnlyMemory<byte> bytes) => new PersistenceUnavailableException(new PersistenceId("remote"), new IOException((string)ReadMessage(bytes)));

    public bool SaysFenced(Exception failure) => failure is WriterFencedException;
}
