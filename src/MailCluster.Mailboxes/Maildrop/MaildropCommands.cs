namespace MailCluster.Mailboxes;

/// <summary>
/// A POP3 session asks to be let in: for itself alone, or not sooner than a time after the one before. A query, since nothing of it is kept but in the memory of the
/// account's owner; asking again with the same session is harmless.
/// </summary>
/// <param name="Session">Names the session for ever; not the id of logs, which may come again.</param>
/// <param name="Lease">How long it is to have the maildrop alone, from when the owner hears of it, unless it renews; null: it shares it.</param>
/// <param name="LoginDelay">The least time since another session was let in; zero: none.</param>
public sealed record EnterMaildrop(Guid Session, TimeSpan? Lease, TimeSpan LoginDelay) : MailboxQuery<MaildropEntry>;

/// <summary>
/// A session that was let in alone wants to stay so. Let in again even if the owner knows nothing of it, as after a hand-over, unless another has the
/// maildrop meanwhile.
/// </summary>
public sealed record RenewMaildrop(Guid Session, TimeSpan Lease) : MailboxQuery<MaildropEntry>;

/// <summary>The session is over. Harmless if it was not let in, or not any more.</summary>
public sealed record LeaveMaildrop(Guid Session) : MailboxQuery<Done>;

/// <summary>Whether a session was let in, and if not, why.</summary>
public sealed record MaildropEntry(MaildropAdmission Admission)
{
    public bool IsAdmitted => Admission == MaildropAdmission.Admitted;
}

/// <summary>RFC 2449 §8 has a response code for each refusal.</summary>
public enum MaildropAdmission
{
    Admitted,

    /// <summary>Another session has the maildrop alone (IN-USE).</summary>
    InUse,

    /// <summary>The one before was let in too short a time ago (LOGIN-DELAY).</summary>
    TooSoon,
}
