using System.Collections.Concurrent;
using System.Collections.Frozen;
using MailCluster.Cluster;
using MailCluster.Persistence;
using Npgsql;

namespace MailCluster.Storage.Postgres.Journal;

/// <summary>
/// The number that the database gives each actor, and its shard. A number never changes, so what is known once stays true, whoever owns the actor.
/// </summary>
internal sealed class ActorNumbers(int shardCount)
{
    // About 150 bytes each: 10 MiB at the most. Past it all is forgotten and the busy ones are back at once.
    private const int RememberedMax = 65_536;

    // Each turn finds what the one before it lost to another node that was naming the same actors; one is enough, the rest is for good measure.
    private const int TurnsMax = 5;

    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Journal.sql");

    private readonly ConcurrentDictionary<PersistenceId, long> _known = new();

    public int ShardOf(PersistenceId actor) => ShardHash.ShardOf(new EntityId(actor.Value), shardCount).Value;

    public bool TryGet(PersistenceId actor, out long number) => _known.TryGetValue(actor, out number);

    /// <summary>The actor's number; null for one that never had any.</summary>
    public async ValueTask<long?> FindAsync(NpgsqlConnection connection, PersistenceId actor, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(actor, out var known))
            return known;
        await using var command = new NpgsqlCommand(Sql["FindActor"], connection);
        command.Parameters.Bind(ShardOf(actor));
        command.Parameters.Bind(actor.Value);
        if (await command.ExecuteScalarAsync(cancellationToken) is not long number)
            return null;
        Remember(actor, number);
        return number;
    }

    /// <summary>Makes sure that each of the actors has a number that <see cref="TryGet"/> knows.</summary>
    public async ValueTask NameAsync(NpgsqlConnection connection, IReadOnlyCollection<PersistenceId> actors, CancellationToken cancellationToken)
    {
        var missing = actors.Distinct().Where(actor => !_known.ContainsKey(actor)).ToList();
        for (var turn = 0; missing.Count > 0; turn++)
        {
            if (turn == TurnsMax)
                throw new TimeoutException("The database gives no number to an actor.");
            await using var command = new NpgsqlCommand(Sql["NameActors"], connection);
            command.Parameters.Bind(missing.Select(ShardOf).ToArray());
            command.Parameters.Bind(missing.Select(actor => actor.Value).ToArray());
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                Remember(new PersistenceId(reader.GetString(0)), reader.GetInt64(1));
            missing.RemoveAll(_known.ContainsKey);
        }
    }

    private void Remember(PersistenceId actor, long number)
    {
        if (_known.Count >= RememberedMax)
            _known.Clear();
        _known[actor] = number;
    }
}
