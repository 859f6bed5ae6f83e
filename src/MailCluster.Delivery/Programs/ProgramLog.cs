using MailCluster.Mailboxes;
using MailCluster.Sieve;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Programs;

/// <summary>The log lines of programs that scripts run, ids 2730–2739.</summary>
internal static partial class ProgramLog
{
    [LoggerMessage(2730, LogLevel.Debug, "sieve: ran a program: account=<{Account}> {Kind}={Program} session={Session} exit={ExitCode} ms={Milliseconds}")]
    public static partial void Ran(ILogger log, AccountId account, SieveProgramKind kind, string program, string session, int exitCode, long milliseconds);

    [LoggerMessage(2731, LogLevel.Warning, "sieve: a program failed: account=<{Account}> {Kind}={Program} session={Session} ms={Milliseconds}: {Problem}; it said: {Errors}")]
    public static partial void Failed(ILogger log, AccountId account, SieveProgramKind kind, string program, string session, long milliseconds, string problem, string errors);

    [LoggerMessage(2732, LogLevel.Error, "sieve: a program cannot be run: account=<{Account}> {Kind}={Program} session={Session}: {Problem}")]
    public static partial void CannotRun(ILogger log, AccountId account, SieveProgramKind kind, string program, string session, string problem);

    [LoggerMessage(2733, LogLevel.Warning, "sieve: too many programs at once (sieve.programs.at-once), the message is put off: account=<{Account}> {Kind}={Program} session={Session}")]
    public static partial void TooMany(ILogger log, AccountId account, SieveProgramKind kind, string program, string session);

    [LoggerMessage(2734, LogLevel.Debug, "sieve: a program ended with an error: account=<{Account}> {Kind}={Program} session={Session} exit={ExitCode} ms={Milliseconds}; it said: {Errors}")]
    public static partial void EndedBadly(ILogger log, AccountId account, SieveProgramKind kind, string program, string session, int exitCode, long milliseconds, string errors);
}
