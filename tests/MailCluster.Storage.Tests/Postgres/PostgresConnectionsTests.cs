using MailCluster.Storage.Postgres;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MailCluster.Storage.Tests.Postgres;

/// <summary>The gate before the pool.</summary>
public sealed class PostgresConnectionsTests
{
    private static readonly PostgresOptions Nowhere = new() { Connection = "Host=/not/there;Database=x;Username=x", RetryDelay = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task After_a_failure_nobody_tries_until_the_delay_is_over_and_then_one_does()
    {
        var time = new ManualTimeProvider();
        await using var connections = new PostgresConnections(Nowhere, time, NullLogger.Instance);
        var first = await Assert.ThrowsAnyAsync<NpgsqlException>(() => OpenAsync(connections));
        Assert.True(PostgresErrors.IsConnection(first));
        await Assert.ThrowsAsync<PostgresDownException>(() => OpenAsync(connections));
        time.Advance(TimeSpan.FromSeconds(29));
        await Assert.ThrowsAsync<PostgresDownException>(() => OpenAsync(connections));
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => OpenAsync(connections));
        await Assert.ThrowsAsync<PostgresDownException>(() => OpenAsync(connections));
    }

    [Fact]
    public async Task A_pool_that_is_used_up_does_not_count_as_a_server_that_is_gone()
    {
        var name = await PostgresFixture.RentDatabaseAsync();
        var options = PostgresFixture.Options(await PostgresServer.SharedAsync(), name) with
        {
            ConnectionsMax = 8,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            RetryDelay = TimeSpan.FromSeconds(60),
        };
        await using (var connections = new PostgresConnections(options, new ManualTimeProvider(), NullLogger.Instance))
        {
            var taken = new List<NpgsqlConnection>();
            for (var i = 0; i < options.ConnectionsMax; i++)
                taken.Add(await connections.OpenAsync(CancellationToken.None));
            var refused = await Assert.ThrowsAnyAsync<NpgsqlException>(() => OpenAsync(connections));
            Assert.True(PostgresErrors.IsDatabase(refused));
            await taken[0].DisposeAsync();
            taken[0] = await connections.OpenAsync(CancellationToken.None);
            foreach (var connection in taken)
                await connection.DisposeAsync();
        }

        PostgresFixture.Return(name);
    }

    [Fact]
    public void Errors_are_told_apart()
    {
        (string State, bool IsConnection, bool IsRefusal)[] states =
        [
            ("08006", true, false), // connection failure
            ("57P01", true, false), // the administrator stops the server
            ("57P03", true, false), // it is starting
            ("57014", false, false), // the statement took too long
            ("53100", false, false), // disk full
            ("40P01", false, true), // deadlock
            ("22021", false, true), // a text it cannot store
            ("XX000", false, false), // a bug of the server
        ];
        foreach (var (state, isConnection, isRefusal) in states)
        {
            var error = new PostgresException("text", "ERROR", "ERROR", state);
            Assert.True(PostgresErrors.IsDatabase(error));
            Assert.Equal((state, isConnection, isRefusal), (state, PostgresErrors.IsConnection(error), PostgresErrors.IsCertainRefusal(error)));
        }

        Assert.False(PostgresErrors.IsDatabase(new InvalidCastException()));
    }

    private static async Task OpenAsync(PostgresConnections connections) => await (await connections.OpenAsync(CancellationToken.None)).DisposeAsync();
}
