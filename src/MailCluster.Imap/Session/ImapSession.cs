using System.IO.Pipelines;
using MailCluster.Edge;
using MailCluster.Imap.Responses;
using MailCluster.Imap.Wire;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session;

// One client.
//
// The loop (ImapSession.Run.cs) takes commands one by one: read and parse, look into the state table, run the handler, tell of what
// changed in the selected folder, write the tagged line. A client may send many commands at once; they run in order, and the answers are
// flushed when no further command is there, or when much has gathered. Nothing is written to the client outside of a command, except
// the greeting, IDLE's news, and goodbye.
//
// What the client knows of its folder is SelectedFolder.View, one immutable version of the index. Numbers in commands mean that version, whatever
// other sessions do meanwhile; only the step before a tagged line moves it forward. No handler holds anything of the mailbox while
// it waits for the client.
//
// A handler that cannot do what it is asked returns NO or BAD, or lets the refusal of the mailbox pass: it is mapped in one place
// (ImapSession.Errors.cs). Any other exception is a bug: NO [SERVERBUG], if the output stands between two lines, or else the end.

/// <summary>One IMAP session (RFC 9051, RFC 3501). Used by one flow of control; others may only wake its connection.</summary>
internal sealed partial class ImapSession(ImapServices services, EdgeConnection connection)
{
    /// <summary>Output that gathers in memory before a handler waits for the client to take it. Some socket buffers long; one TLS flush is 16 KiB records.</summary>
    private const long UnflushedBytesMax = 64 * 1024;

    public ImapServices Services { get; } = services;

    public EdgeConnection Connection { get; } = connection;

    public ImapCommandReader Reader { get; } = new(ImapLimits.BeforeLogin);

    public SessionState State { get; private set; } = SessionState.NotAuthenticated;

    public bool IsLoggedIn => (State & SessionState.LoggedIn) != 0;

    /// <summary>The account, after login.</summary>
    /// <exception cref="InvalidOperationException">Nobody is logged in.</exception>
    public AccountId Account => Connection.Account ?? throw new InvalidOperationException("Nobody is logged in.");

    /// <summary>The client enabled IMAP4rev2 (RFC 9051 §6.3.1): UTF-8 names, no RECENT, ESEARCH answers.</summary>
    public bool IsRev2 => Reader.Utf8Names;

    /// <summary>The client knows CONDSTORE (RFC 7162 §3.1): FETCH answers carry MODSEQ.</summary>
    public bool HasCondstore { get; private set; }

    /// <summary>The client enabled QRESYNC (RFC 7162 §3.2.3): VANISHED in the place of EXPUNGE.</summary>
    public bool HasQresync { get; private set; }

    private PipeWriter Output => Connection.Output;

    /// <summary>A writer of responses in the form this client understands. Commit it before anything is awaited.</summary>
    public ResponseWriter Respond() => new(Output, IsRev2);

    /// <summary>An untagged status line.</summary>
    public void Untagged(ResponseStatus status, string text, ResponseCode code = ResponseCode.None)
    {
        var writer = Respond();
        writer.Status(null, status, text, code);
        writer.Commit();
    }

    /// <summary>Lets the client take what was written, if much has gathered. To be awaited between lines of long answers.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public ValueTask FlushIfLargeAsync() => Output.UnflushedBytes < UnflushedBytesMax ? default : FlushAsync();

    /// <summary>Sends everything written so far.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async ValueTask FlushAsync()
    {
        if (Output.UnflushedBytes == 0)
            return;
        var result = await Output.FlushAsync(Connection.Closed);
        if (result.IsCompleted)
            throw new OperationCanceledException("The client reads no more.", Connection.Closed);
    }

    /// <summary>Sends a command to the account's mailbox, under a new command id.</summary>
    /// <exception cref="MailboxRefusedException">Refused; the session's loop maps it.</exception>
    public ValueTask<TResult> SendAsync<TResult>(MailboxCommand<TResult> command) =>
        Services.Mailboxes.SendAsync(Account, command, ContextOf(command), Connection.Closed);

    /// <summary>As <see cref="SendAsync"/>, but returns at once: for commands of which more are coming.</summary>
    public SentCommand<TResult> Begin<TResult>(MailboxCommand<TResult> command) =>
        Services.Mailboxes.Begin(Account, command, ContextOf(command), Connection.Closed);

    private CommandContext ContextOf<TResult>(MailboxCommand<TResult> command) => command is MailboxQuery<TResult>
        ? CommandContext.None
        : new CommandContext(CommandId.New(Services.Time), Connection.Id.ToString(), "imap", Connection.RemoteAddress.ToString());

    /// <summary>The client has logged in: from now on other limits and capabilities hold.</summary>
    public void EnterAuthenticated()
    {
        State = SessionState.Authenticated;
        Connection.State = "authenticated";
        Reader.Limits = ImapLimits.Default;
    }

    /// <summary>The command in progress is the last one.</summary>
    public void EnterLogout() => State = SessionState.Logout;

    public void EnableRev2() => Reader.Utf8Names = true;

    /// <summary>
    /// A command that only a client with CONDSTORE sends (RFC 7162 §3.1): from now on it is told mod-sequences. If a folder is selected it
    /// is told the folder's first (§3.1.8).
    /// </summary>
    public void EnableCondstore()
    {
        if (HasCondstore)
            return;
        HasCondstore = true;
        if (Selected is null)
            return;
        var writer = Respond();
        writer.StatusStart(null, ResponseStatus.Ok);
        writer.CodeNumber("HIGHESTMODSEQ"u8, Selected.ToldModSeq.Value);
        writer.StatusEnd("Highest");
        writer.Commit();
    }

    /// <summary>RFC 7162 §3.2.3: QRESYNC brings CONDSTORE with it.</summary>
    public void EnableQresync()
    {
        EnableCondstore();
        HasQresync = true;
    }
}
