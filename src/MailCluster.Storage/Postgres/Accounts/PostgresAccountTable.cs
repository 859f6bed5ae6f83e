using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MailCluster.Auth.Users;
using MailCluster.Cluster;
using Npgsql;

namespace MailCluster.Storage.Postgres.Accounts;

/// <summary>The accounts of a cluster in PostgreSQL.</summary>
internal sealed class PostgresAccountTable(PostgresConnections connections) : IAccountTable
{
    private const int ListRows = 1_000;

    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Accounts.sql");

    public string Location => connections.Address;

    public ValueTask<AccountLookup> FindAsync(string account, long standIn, CancellationToken cancellationToken) => RunAsync(
        (account, standIn),
        static async (connection, asked, cancellationToken) =>
        {
            await using var command = new NpgsqlCommand(Sql["Find"], connection);
            command.Parameters.Bind(asked.account);
            command.Parameters.Bind(asked.standIn);
            StoredAccount? found = null;
            string? standIn = null;
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (reader.GetBoolean(0))
                    found = Read(reader, 1);
                else
                    standIn ??= reader.GetString(2);
            }

            return new AccountLookup(found, standIn);
        },
        cancellationToken);

    public async IAsyncEnumerable<StoredAccount> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = string.Empty;
        while (true)
        {
            var page = await RunAsync(last, ReadPageAsync, cancellationToken);
            foreach (var account in page)
                yield return account;
            if (page.Count < ListRows)
                yield break;
            last = page[^1].Account;
        }
    }

    public ValueTask<bool> AddAsync(StoredAccount account, CancellationToken cancellationToken) => ChangeAsync(
        "Add",
        parameters =>
        {
            parameters.Bind(account.Account);
            parameters.Bind(unchecked((long)ShardHash.Hash(account.Account)));
            parameters.Bind(account.Password);
            parameters.Bind(JsonSerializer.Serialize(account.Fields));
        },
        cancellationToken);

    public ValueTask<bool> SetPasswordAsync(string account, string password, CancellationToken cancellationToken) => ChangeAsync(
        "SetPassword",
        parameters =>
        {
            parameters.Bind(account);
            parameters.Bind(password);
        },
        cancellationToken);

    public ValueTask<bool> DeleteAsync(string account, CancellationToken cancellationToken) =>
        ChangeAsync("Delete", parameters => parameters.Bind(account), cancellationToken);

    private static async ValueTask<List<StoredAccount>> ReadPageAsync(NpgsqlConnection connection, string after, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql["List"], connection);
        command.Parameters.Bind(after);
        command.Parameters.Bind(ListRows);
        var page = new List<StoredAccount>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            page.Add(Read(reader, 0));
        return page;
    }

    private static StoredAccount Read(NpgsqlDataReader reader, int column) => new(
        reader.GetString(column),
        reader.GetString(column + 1),
        JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(column + 2)) ?? []);

    // Not sent again after a broken connection: whether this very call changed something is part of the answer.
    private async ValueTask<bool> ChangeAsync(string statement, Action<NpgsqlParameterCollection> bind, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await connections.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand(Sql[statement], connection);
            bind(command.Parameters);
            return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            connections.Broke(error);
            throw Unavailable(error);
        }
    }

    private async ValueTask<T> RunAsync<TArgument, T>(
        TArgument argument, Func<NpgsqlConnection, TArgument, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await connections.ReadAsync(argument, read, cancellationToken);
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            throw Unavailable(error);
        }
    }

    private static UserDirectoryException Unavailable(Exception error) => new($"the accounts cannot be reached: {PostgresErrors.Text(error)}", error);
}
