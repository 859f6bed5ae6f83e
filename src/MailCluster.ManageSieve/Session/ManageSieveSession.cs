using System.IO.Pipelines;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Commands;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Session;

// One client.
//
// The loop takes requests one by one: cut out and checked against the table of commands (Wire), run, answered. A client may send many at once (RFC 5804 §2); they run
// in order and the answers go out when no further request is there. A request that is refused is read to its end first, its literals too: nothing in them is ever
// taken for a request.
//
// A command that cannot do what it is asked returns NO, or lets the refusal of the mailbox pass, which is mapped in one place
// (ManageSieveSession.Errors.cs). Any other exception is a bug: NO, a line in the log, a count.

/// <summary>One ManageSieve conversation (RFC 5804). Used by one flow of control; others may only wake its connection.</summary>
internal sealed partial class ManageSieveSession(ManageSieveServices services, EdgeConnection connection)
{
    private int _badCommands;
    private int _failedLogins;

    public ManageSieveServices Services { get; } = services;

    public EdgeConnection Connection { get; } = connection;

    public PipeWriter Output => Connection.Output;

    public SessionState State { get; private set; } = SessionState.NotAuthenticated;

    /// <summary>Set when the session is to end after what is in the output.</summary>
    public bool IsClosing { get; set; }

    public async Task RunAsync()
    {
        Capabilities.Write(this);
        Output.WriteAnswer(Answer.Ok("MailCluster ready"));
        while (!IsClosing)
        {
            if (Connection.Ending != ConnectionEnding.None)
            {
                Output.WriteAnswer(Goodbye());
                return;
            }

            await RunNextAsync();
        }
    }

    /// <summary>The client has logged in.</summary>
    public void EnterAccount()
    {
        State = SessionState.Authenticated;
        Connection.State = "authenticated";
        _failedLogins = 0;
    }

    /// <summary>The client is nobody again.</summary>
    public void LeaveAccount()
    {
        Connection.LogOut();
        State = SessionState.NotAuthenticated;
        Connection.State = "connected";
    }

    /// <summary>The answer to a login with a wrong name or password; a client that goes on guessing is sent away.</summary>
    public Answer FailLogin(string text) => ++_failedLogins < Services.Options.FailedLoginsMax
        ? Answer.No(text)
        : Answer.Bye("Too many failed logins");

    /// <summary>Asks the account's mailbox something.</summary>
    /// <exception cref="MailboxRefusedException">Refused; the session maps it.</exception>
    public ValueTask<TResult> AskAsync<TResult>(MailboxQuery<TResult> query) =>
        Services.Mailboxes.SendAsync(Account, query, CommandContext.None, Connection.Closed);

    /// <summary>Has the account's mailbox change something, under a new command id.</summary>
    /// <exception cref="MailboxRefusedException">Refused; the session maps it.</exception>
    public ValueTask<Done> ChangeAsync(MailboxCommand<Done> command) => Services.Mailboxes.SendAsync(
        Account,
        command,
        new CommandContext(CommandId.New(Services.Edge.Time), Connection.Id.ToString(), "managesieve", Connection.RemoteAddress.ToString()),
        Connection.Closed);

    private AccountId Account => Connection.Account ?? throw new InvalidOperationException("Nobody is logged in.");

    private async ValueTask RunNextAsync()
    {
        var (status, request, fault) = await ReadRequestAsync();
        if (status == RequestStatus.NeedMore)
            return;
        if (status == RequestStatus.Rejected)
        {
            await RefuseAsync(request, fault);
            return;
        }

        var answer = await RunGuardedAsync(request);
        Services.Metrics.Command(request.Command.Name, answer.Status.ToString());
        _badCommands = answer.Status == AnswerStatus.Ok ? 0 : _badCommands;
        Finish(answer);
    }

    private async ValueTask RefuseAsync(Request request, RequestFault fault)
    {
        Services.Metrics.Command(request.Command?.Name ?? "invalid", nameof(AnswerStatus.No));

        // Another protocol's client may have been tricked into speaking to us: an HTTP request must not run line by line.
        if (fault == RequestFault.UnknownCommand && State == SessionState.NotAuthenticated)
        {
            Finish(Answer.Bye("This is a ManageSieve server"));
            return;
        }

        if (!await DrainRequestAsync())
            return;
        if (++_badCommands >= Services.Options.BadCommandsMax)
        {
            ManageSieveLog.TooManyErrors(Services.Log, Connection.Id, Connection.RemoteAddress);
            Finish(Answer.Bye("Too many bad commands"));
            return;
        }

        Finish(AnswerTo(fault, State));
    }

    private void Finish(Answer answer)
    {
        if (!answer.IsWritten)
            Output.WriteAnswer(answer);
        IsClosing |= answer.Status == AnswerStatus.Bye;
    }

    private Answer Goodbye() => Connection.Ending switch
    {
        ConnectionEnding.Draining => Answer.Bye("The server is stopping, please come back in a moment", ResponseCodes.TryLater),
        ConnectionEnding.Kicked => Answer.Bye("Disconnected by an administrator"),
        ConnectionEnding.LoginTimeout => Answer.Bye("No login in time"),
        _ => Answer.Bye("Disconnected for inactivity"),
    };
}
