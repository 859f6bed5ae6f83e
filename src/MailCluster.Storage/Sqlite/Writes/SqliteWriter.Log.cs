using Microsoft.Extensions.Logging;

namespace MailCluster.Storage.Sqlite.Writes;

internal sealed partial class SqliteWriter
{
    [LoggerMessage(1400, LogLevel.Warning, "A group of {Count} writes was taken back and is tried one by one: {Reason}")]
    private partial void LogGroupTakenBack(int count, string reason);

    [LoggerMessage(1401, LogLevel.Error, "A commit of {Count} writes failed; its outcome is unknown to the writers")]
    private partial void LogCommitFailed(int count, Exception exception);

    [LoggerMessage(1402, LogLevel.Warning, "The database connection was opened anew after an error")]
    private partial void LogReopened();

    [LoggerMessage(1403, LogLevel.Error, "The database connection cannot be opened anew; every write fails until it can")]
    private partial void LogReopenFailed(Exception exception);

    [LoggerMessage(1404, LogLevel.Warning, "The log could not be copied into the database; it grows until that succeeds")]
    private partial void LogCheckpointFailed(Exception exception);

    [LoggerMessage(1405, LogLevel.Debug, "The log was copied into the database; {Left} frames came meanwhile")]
    private partial void LogCheckpointed(int left);

    [LoggerMessage(1406, LogLevel.Error, "A group of {Count} writes failed")]
    private partial void LogGroupFailed(int count, Exception exception);
}
