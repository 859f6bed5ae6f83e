using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes.Wire;

/// <summary>The requests of POP3 sessions between memory and <c>wire.proto</c>.</summary>
internal static class WireMaildrops
{
    public static void SetCommand(Request wire, IMailboxCommand command)
    {
        switch (command)
        {
            case Mailboxes.EnterMaildrop enter:
                wire.EnterMaildrop = new EnterMaildrop
                {
                    Session = enter.Session.ToStored(),
                    LoginDelay = enter.LoginDelay.Ticks,
                };
                if (enter.Lease is { } lease)
                    wire.EnterMaildrop.Lease = lease.Ticks;
                break;
            case Mailboxes.RenewMaildrop renew:
                wire.RenewMaildrop = new RenewMaildrop
                {
                    Session = renew.Session.ToStored(),
                    Lease = renew.Lease.Ticks,
                };
                break;
            case Mailboxes.LeaveMaildrop leave:
                wire.LeaveMaildrop = new LeaveMaildrop { Session = leave.Session.ToStored() };
                break;
            default:
                throw new InvalidOperationException($"{command.GetType().Name} is none of a POP3 session.");
        }
    }

    /// <exception cref="InvalidDataException">The request is damaged.</exception>
    public static IMailboxCommand CommandOf(Request wire) => wire.CommandCase switch
    {
        Request.CommandOneofCase.EnterMaildrop => new Mailboxes.EnterMaildrop(
            wire.EnterMaildrop.Session.ToGuid(),
            wire.EnterMaildrop.HasLease ? TimeSpan.FromTicks(wire.EnterMaildrop.Lease) : null,
            TimeSpan.FromTicks(wire.EnterMaildrop.LoginDelay)),
        Request.CommandOneofCase.RenewMaildrop => new Mailboxes.RenewMaildrop(
            wire.RenewMaildrop.Session.ToGuid(), TimeSpan.FromTicks(wire.RenewMaildrop.Lease)),
        Request.CommandOneofCase.LeaveMaildrop => new Mailboxes.LeaveMaildrop(wire.LeaveMaildrop.Session.ToGuid()),
        _ => throw new InvalidDataException("Not a request of a POP3 session."),
    };
}
