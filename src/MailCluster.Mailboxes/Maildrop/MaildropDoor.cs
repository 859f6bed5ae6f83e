namespace MailCluster.Mailboxes;

// Who may use an account's maildrop alone (POP3, RFC 1939 §3), in the whole cluster.
//
// The problem: one session at a time, wherever it is connected, and no lock that stays when its node has died.
//
// The steps: the session asks the account's owner, there is only one, and is let in for a lease. Its node renews it each third of the lease and takes it back at
// the end. The owner keeps it in memory and nowhere else: a lock is not worth a write to the journal at each login.
//   - The session's node dies: nobody renews, the lease ends.
//   - The owner dies, hands over, or passivates the account: the new one knows of no lock. The next renewal, at most a third of a lease later, puts it there
//     again. Should another session come in before, it has the lock, and the first is told at its next command that it has lost it. Two sessions at once
//     cannot harm each other: each has its own snapshot, and what it deletes it names by UIDs, which never name another message.
//   - An answer is lost: the session asks again under the same id and is let in as before.
// docs/adr/0023-pop3-locks.md has the alternatives.

/// <summary>The sessions that were let in. Belongs to the mailbox actor, which is the only one to call it.</summary>
internal sealed class MaildropDoor(TimeProvider time)
{
    private Guid _holder;
    private long _heldSince;
    private TimeSpan _lease;
    private Guid _lastIn;
    private long _lastInAt;

    public object Answer(IMailboxQuery query)
    {
        switch (query)
        {
            case EnterMaildrop enter:
                return new MaildropEntry(Enter(enter));
            case RenewMaildrop renew:
                return new MaildropEntry(Hold(renew.Session, renew.Lease) ? MaildropAdmission.Admitted : MaildropAdmission.InUse);
            case LeaveMaildrop leave:
                if (_holder == leave.Session)
                    _holder = Guid.Empty;
                return Done.Value;
            default:
                throw new InvalidOperationException($"The door does not answer {query.GetType().Name}.");
        }
    }

    private MaildropAdmission Enter(EnterMaildrop enter)
    {
        // A session that is refused does not make the next one wait longer, and one that asks again was let in already.
        if (_lastIn != Guid.Empty && _lastIn != enter.Session && time.GetElapsedTime(_lastInAt) < enter.LoginDelay)
            return MaildropAdmission.TooSoon;
        if (enter.Lease is { } lease && !Hold(enter.Session, lease))
            return MaildropAdmission.InUse;
        if (_lastIn != enter.Session)
            _lastInAt = time.GetTimestamp();
        _lastIn = enter.Session;
        return MaildropAdmission.Admitted;
    }

    private bool Hold(Guid session, TimeSpan lease)
    {
        if (_holder != Guid.Empty && _holder != session && time.GetElapsedTime(_heldSince) < _lease)
            return false;
        _holder = session;
        _heldSince = time.GetTimestamp();
        _lease = lease;
        return true;
    }
}
