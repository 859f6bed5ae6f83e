using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Outbox;

/// <summary>The log lines of sending, ids 2600–2629.</summary>
internal static partial class OutboxLog
{
    [LoggerMessage(2600, LogLevel.Debug, "sent: account=<{Account}> id={Id} kind={Kind} to=<{Recipient}>: {Response}")]
    public static partial void Sent(ILogger log, AccountId account, OutboxId id, OutgoingKind kind, string recipient, string response);

    [LoggerMessage(2601, LogLevel.Information, "not sent yet: account=<{Account}> id={Id} to=<{Recipient}> attempts={Attempts} next={Next:O}: {Response}")]
    public static partial void Deferred(ILogger log, AccountId account, OutboxId id, string recipient, int attempts, DateTimeOffset next, string response);

    [LoggerMessage(2602, LogLevel.Warning, "not sent: account=<{Account}> id={Id} kind={Kind} to=<{Recipient}> attempts={Attempts}: {Response}")]
    public static partial void Failed(ILogger log, AccountId account, OutboxId id, OutgoingKind kind, string recipient, int attempts, string response);

    [LoggerMessage(2603, LogLevel.Warning, "sent perhaps: account=<{Account}> id={Id} to=<{Recipient}>; it will be tried again at {Next:O}: {Response}")]
    public static partial void Unknown(ILogger log, AccountId account, OutboxId id, string recipient, DateTimeOffset next, string response);

    [LoggerMessage(2604, LogLevel.Warning, "the outbox cannot be attended to now: account=<{Account}>: {Detail}")]
    public static partial void AccountAway(ILogger log, AccountId account, string detail);

    [LoggerMessage(2605, LogLevel.Error, "the outbox of an account failed: account=<{Account}>")]
    public static partial void AccountFailed(ILogger log, Exception exception, AccountId account);

    [LoggerMessage(2606, LogLevel.Warning, "the register of outboxes cannot be read or written now: {Detail}")]
    public static partial void RegisterAway(ILogger log, string detail);

    [LoggerMessage(2607, LogLevel.Error, "what waits to be sent has lost its body: account=<{Account}> id={Id} to=<{Recipient}>")]
    public static partial void BodyLost(ILogger log, Exception exception, AccountId account, OutboxId id, string recipient);
}
