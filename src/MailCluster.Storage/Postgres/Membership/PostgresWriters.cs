using System.Collections.Frozen;
using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Persistence;
using Npgsql;

namespace MailCluster.Storage.Postgres.Membership;

/// <summary>
/// Generations for a node that is not in a cluster, or by whoever knows the journal alone: the same rows as those of <see cref="PostgresClusterStore"/>,
/// with a lease that does not end.
/// </summary>
internal sealed class PostgresWriters(PostgresConnections connections, PostgresClusterStore cluster) : IWriterRegistry
{
    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Members.sql");
    private static readonly TimeSpan Endless = TimeSpan.FromDays(36_500);

    public async ValueTask<WriterGeneration> RegisterAsync(string nodeName, CancellationToken cancellationToken)
    {
        try
        {
            var generation = await cluster.JoinAsync(new MemberRegistration(nodeName, "", NodeRoles.None, ""), Endless, cancellationToken);
            return new WriterGeneration(generation.Value);
        }
        catch (Exception error) when (error is ClusterStoreUnavailableException or ClusterLevelException)
        {
            throw new JournalUnavailableException(error.Message, error);
        }
    }

    public async ValueTask FenceAsync(WriterGeneration generation, CancellationToken cancellationToken)
    {
        try
        {
            await cluster.MarkDeadAsync(new Generation(generation.Value), onlyIfExpired: false, cancellationToken);
        }
        catch (ClusterStoreUnavailableException error)
        {
            throw new JournalUnavailableException(error.Message, error);
        }
    }

    public async ValueTask<bool> IsAliveAsync(WriterGeneration generation, CancellationToken cancellationToken)
    {
        try
        {
            return await connections.ReadAsync(
                generation,
                static async (connection, generation, cancellationToken) =>
                {
                    await using var command = new NpgsqlCommand(Sql["IsAlive"], connection);
                    command.Parameters.Bind(generation.Value);
                    return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
                },
                cancellationToken);
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            throw new JournalUnavailableException($"The members cannot be read: {PostgresErrors.Text(error)}", error);
        }
    }
}
