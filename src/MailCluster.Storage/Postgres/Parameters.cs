using Npgsql;
using NpgsqlTypes;

namespace MailCluster.Storage.Postgres;

/// <summary>Positional parameters, typed, without boxing.</summary>
internal static class Parameters
{
    public static void Bind<T>(this NpgsqlParameterCollection parameters, T value) =>
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    /// <summary>An array of <c>bytea</c>; the memory is read while the statement is sent.</summary>
    public static void BindBytes(this NpgsqlParameterCollection parameters, ReadOnlyMemory<byte>[] values) =>
        parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
}
