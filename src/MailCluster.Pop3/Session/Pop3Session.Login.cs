using MailCluster.Edge;
using MailCluster.Mailboxes;

namespace MailCluster.Pop3.Session;

/// <summary>From the login to the open maildrop, and back.</summary>
internal sealed partial class Pop3Session
{
    private Maildrop? _maildrop;
    private bool _quit;

    /// <summary>The open maildrop.</summary>
    /// <exception cref="InvalidOperationException">None is: the state table lets no such command through.</exception>
    public Maildrop Maildrop => _maildrop ?? throw new InvalidOperationException("No maildrop is open.");

    /// <summary>The account, after login.</summary>
    /// <exception cref="InvalidOperationException">Nobody is logged in.</exception>
    public AccountId Account => Connection.Account ?? throw new InvalidOperationException("Nobody is logged in.");

    /// <summary>Octets that RETR sent.</summary>
    public long RetrievedOctets { get; set; }

    /// <summary>How many messages TOP showed.</summary>
    public int Tops { get; set; }

    /// <summary>The lock on the maildrop, if the session has it alone.</summary>
    private MaildropHold? Hold { get; set; }

    private bool IsLockLost => Hold is { IsLost: true };

    /// <summary>What a login means for the session (RFC 2449 §8.1.2, RFC 3206).</summary>
    public async ValueTask FinishLoginAsync(LoginResult result)
    {
        UserName = null;
        switch (result.Outcome)
        {
            case LoginOutcome.Success:
                await EnterAsync();
                break;
            case LoginOutcome.NotAuthorized:
                Refuse("AUTH"u8, result.ClientText ?? "Not authorized");
                break;
            case LoginOutcome.Disabled:
                Refuse("SYS/PERM"u8, result.ClientText ?? "The account is disabled");
                break;
            case LoginOutcome.PrivacyRequired:
                RefuseWithoutTls(result.ClientText);
                break;
            case LoginOutcome.TemporaryFailure:
                Refuse("SYS/TEMP"u8, result.ClientText ?? "Login is not possible now, try again later");
                break;
            case LoginOutcome.TooManyConnections:
                Refuse("SYS/TEMP"u8, result.ClientText ?? "Too many connections of this account");
                break;
            default:
                Refuse("AUTH"u8, result.ClientText ?? "Wrong name or password");
                break;
        }
    }

    /// <summary>The password would cross readable. No response code: it is not the password that is wrong.</summary>
    public void RefuseWithoutTls(string? text = null) => Refuse(default, text ?? "Begin TLS (STLS) before you log in");

    /// <summary>A command to the account's mailbox, under a new command id. Not stopped by the client's leaving.</summary>
    public SentCommand<TResult> Begin<TResult>(MailboxCommand<TResult> command) => Services.Mailboxes.Begin(
        Account,
        command,
        new CommandContext(CommandId.New(Services.Time), Connection.Id.ToString(), "pop3", Connection.RemoteAddress.ToString()),
        CancellationToken.None);

    /// <summary>QUIT was carried out.</summary>
    public void EnterUpdate()
    {
        State = Pop3State.Update;
        _quit = true;
    }

    /// <summary>Gives back the maildrop and the lock on it, if there are any.</summary>
    public async ValueTask LeaveAsync()
    {
        var (maildrop, hold) = (_maildrop, Hold);
        _maildrop = null;
        Hold = null;
        if (maildrop is not null)
        {
            Pop3Log.SessionOver(
                Services.Log, Account, maildrop.Retrieved.Count, RetrievedOctets, Tops, _quit ? maildrop.Deleted.Count : 0, maildrop.Count,
                _quit ? "yes" : "no", Connection.Id);
            maildrop.Dispose();
        }

        if (hold is not null)
            await Services.Doors.ReleaseAsync(hold);
    }

    private async ValueTask EnterAsync()
    {
        // Whoever is not let in has a connection that is logged in all the same, and can do nothing more with it.
        IsClosing = true;
        var session = Guid.NewGuid();
        if (Options.IsExclusive || Options.LoginDelay > TimeSpan.Zero)
        {
            var enter = new EnterMaildrop(session, Options.IsExclusive ? Options.Lease : null, Options.LoginDelay);
            var entry = await Services.Mailboxes.SendAsync(Account, enter, CommandContext.None, Connection.Closed);
            if (entry.Admission == MaildropAdmission.InUse)
                Refuse("IN-USE"u8, "Another session has the maildrop");
            else if (entry.Admission == MaildropAdmission.TooSoon)
                Refuse("LOGIN-DELAY"u8, "The last login was too short a time ago");
            if (!entry.IsAdmitted)
                return;
            if (Options.IsExclusive)
                Hold = Services.Doors.Add(Account, session);
        }

        var opened = await Services.Mailboxes.OpenFolderAsync(Account, Options.Folder, takeRecent: false, Connection.Closed);
        _maildrop = new Maildrop(opened, Options);
        State = Pop3State.Transaction;
        Connection.Folder = opened.Name.Value;
        Connection.State = "transaction";
        IsClosing = false;
        Ok("Logged in");
    }

    private void TellLockLost()
    {
        Pop3Log.LockLost(Services.Log, Connection.Id);
        Refuse("IN-USE"u8, "Another session has the maildrop now; nothing was deleted");
        IsClosing = true;
    }
}
