using System.Collections.Frozen;
using MailCluster.Bodies;
using Npgsql;

namespace MailCluster.Storage.Postgres.Bodies;

/// <summary>
/// Numbers for new bodies, taken from the database's sequence in blocks, so that a number is known before its row is written: the object of a bucket needs
/// it, and the row needs no answer. A node that stops leaves the rest of its block unused.
/// </summary>
internal sealed class BodyNumbers(PostgresConnections connections) : IDisposable
{
    // The increment of the sequence (0004-bodies.sql).
    private const int BlockLength = 256;

    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Bodies.sql");

    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _next;
    private long _end;

    /// <exception cref="BodyStoreUnavailableException">The database gives none now.</exception>
    public async ValueTask<long> NextAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_next == _end)
            {
                _next = await connections.ReadAsync(
                    0,
                    static async (connection, _, cancellationToken) =>
                    {
                        await using var command = new NpgsqlCommand(Sql["NextNumbers"], connection);
                        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
                    },
                    cancellationToken);
                _end = _next + BlockLength;
            }

            return _next++;
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            throw new BodyStoreUnavailableException($"The body store cannot be written: {PostgresErrors.Text(error)}", error);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
