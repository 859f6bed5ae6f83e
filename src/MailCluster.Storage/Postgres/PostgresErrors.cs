using System.Net.Sockets;
using Npgsql;

namespace MailCluster.Storage.Postgres;

/// <summary>Tells apart what can go wrong at the database.</summary>
internal static class PostgresErrors
{
    /// <summary>The database, or the way to it, is the cause; anything else is a bug of ours and is let through.</summary>
    public static bool IsDatabase(Exception error) =>
        error is NpgsqlException or PostgresDownException or TimeoutException or IOException or SocketException or ObjectDisposedException;

    /// <summary>
    /// The server answered: it took the statement back, certainly, and the same statement may do better in another group (a payload that is
    /// too big, a deadlock). Not when the server itself is going (classes 08 connection, 53 resources, 57 operator, 58 and XX system): then
    /// trying the rest one by one only makes the queue longer, and for 57P the outcome is unknown.
    /// </summary>
    public static bool IsCertainRefusal(Exception error) =>
        error is PostgresException { SqlState: { Length: 5 } state }
        && state[..2] is not ("08" or "53" or "57" or "58" or "XX");

    /// <summary>The connection is lost, or the server is on its way down: other connections of the pool are likely to be lost as well.</summary>
    public static bool IsConnection(Exception error) => error switch
    {
        PostgresException postgres => postgres.SqlState.StartsWith("08", StringComparison.Ordinal) || postgres.SqlState.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException when IsPoolExhausted(error) => false,
        NpgsqlException { InnerException: TimeoutException } => false,
        NpgsqlException or IOException or SocketException => true,
        _ => false,
    };

    /// <summary>Every connection of this node is in use, which says nothing of the server. Npgsql has no type for it; it shares that of a connect that took too long.</summary>
    public static bool IsPoolExhausted(Exception error) =>
        error is NpgsqlException { InnerException: TimeoutException } && error.Message.Contains("pool", StringComparison.OrdinalIgnoreCase);

    /// <summary>What happened, for the message of the port's own exception.</summary>
    public static string Text(Exception error) => error switch
    {
        PostgresException postgres => $"{postgres.MessageText} ({postgres.SqlState})",
        NpgsqlException { InnerException: { } inner } => $"{error.Message} {inner.Message}",
        _ => error.Message,
    };
}

/// <summary>The database could not be reached a moment ago, and is not asked again yet.</summary>
internal sealed class PostgresDownException(string reason) : Exception($"The database cannot be reached: {reason}");
