namespace MailCluster.Auth.Drivers;

/// <summary>A driver's database cannot answer now. The message is for the operator's log and holds no secrets.</summary>
internal sealed class DatabaseException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when the database is fine and too much is asked at once.</summary>
    public bool IsBusy { get; init; }
}
