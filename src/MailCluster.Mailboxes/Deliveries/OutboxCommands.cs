using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>Names one entry of an account's outbox.</summary>
public readonly record struct OutboxId(Guid Value)
{
    public override string ToString() => Value.ToString("N", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Mail that waits to be sent.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Mail">What is to be sent.</param>
/// <param name="QueuedAt">Since when it waits.</param>
/// <param name="Attempts">Attempts begun.</param>
/// <param name="NextAttempt">Not before this time. While an attempt is under way: the time at which it counts as lost.</param>
/// <param name="Response">What the last attempt was told; empty before the first, and while one is under way.</param>
public sealed record OutboxEntry(
    OutboxId Id, OutgoingMail Mail, DateTimeOffset QueuedAt, int Attempts, DateTimeOffset NextAttempt, string Response)
{
    /// <summary>The most characters of a response that are kept.</summary>
    public const int ResponseMax = 500;

    /// <summary>An attempt was begun and nobody has told how it ended; if its node died, it counts as lost at <see cref="NextAttempt"/>.</summary>
    public bool IsUnderWay => Attempts > 0 && Response.Length == 0;
}

/// <summary>What the account has to send, oldest first.</summary>
public sealed record ListOutbox : MailboxQuery<OutboxList>;

public sealed record OutboxList(ImmutableArray<OutboxEntry> Entries);

/// <summary>
/// Begins an attempt: if the entry is due, it is the asker's until <paramref name="Until"/>, and nobody else's, on whatever node. The asker must have ended by then, sent
/// or not. That is what keeps a node that was taken for dead from sending beside its successor.
/// </summary>
public sealed record ClaimOutboxEntry(OutboxId Id, DateTimeOffset Until) : MailboxCommand<OutboxClaim>;

/// <param name="IsGranted">False: the entry is gone, or not due, or another's.</param>
public sealed record OutboxClaim(bool IsGranted);

/// <summary>Tells what became of an entry. One that is gone already is left so.</summary>
/// <param name="Id">Which.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="NextAttempt">When to try again; of <see cref="OutboxVerdict.Deferred"/> and <see cref="OutboxVerdict.Rescheduled"/>.</param>
/// <param name="Response">What the relay said, or why.</param>
/// <param name="Filings">Messages that tell of it (a bounce), filed if the entry was there. Their bodies are durable.</param>
public sealed record SettleOutboxEntry(
    OutboxId Id, OutboxVerdict Verdict, DateTimeOffset NextAttempt, string Response, ImmutableArray<Filing> Filings)
    : MailboxCommand<OutboxSettled>;

/// <param name="IsChanged">False: the entry was gone, or was to be tried at another time while an attempt is under way; nothing was filed.</param>
public sealed record OutboxSettled(bool IsChanged);

/// <summary>What may become of an entry of the outbox.</summary>
public enum OutboxVerdict
{
    /// <summary>The relay has taken it.</summary>
    Sent,

    /// <summary>It will be tried again.</summary>
    Deferred,

    /// <summary>It will not be tried again.</summary>
    Failed,

    /// <summary>An administrator took it out.</summary>
    Deleted,

    /// <summary>An administrator wants it tried at another time.</summary>
    Rescheduled,
}

/// <summary>
/// Hears of every account of this node that has something to send: after each change of an outbox, and when an account that has one was recovered. Called
/// from the account's own thread of work; returns at once.
/// </summary>
public interface IOutboxListener
{
    /// <param name="account">Whose.</param>
    /// <param name="next">When the first entry is due; null when there is none left.</param>
    void OutboxChanged(AccountId account, DateTimeOffset? next);
}
