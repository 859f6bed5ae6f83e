using System.IO.Pipelines;
using MailCluster.Edge;
using MailCluster.Edge.Wire;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Commands;
using MailCluster.Pop3.Responses;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Session;

// One client.
//
// The loop takes lines one by one: find the command, look whether the state allows it, run it. A client may send many at once (RFC 2449 §6.8); they run in order, and
// the replies are flushed when no further line is there, or when much has gathered.
//
// What the client knows of its maildrop is Session/Maildrop.cs, one immutable version of the folder's index; no actor is asked while it looks around, and bodies come
// from the store straight into the output. The mailbox is asked twice: at login (and only if a lock or a delay is configured) and at QUIT.
//
// What a break leaves, by the step it comes after:
//   any command before QUIT   Nothing has changed: marks are the session's own. RFC 1939 §3 wants exactly that.
//   QUIT has arrived          The removal is one command under one id: it happens once and whole, or not at all, also when the account's owner dies under it. That
//                             the client is gone does not stop it.
//   the removal is done       The client may not have heard. It will see the next time that the messages are gone.

/// <summary>One POP3 session. Used by one flow of control; others may only wake its connection.</summary>
internal sealed partial class Pop3Session(Pop3Services services, EdgeConnection connection) : IAsyncDisposable
{
    /// <summary>Output that gathers in memory before a command waits for the client to take it.</summary>
    private const long UnflushedBytesMax = 64 * 1024;

    private int _badCommands;
    private bool _answered;
    private bool _refused;

    public Pop3Services Services { get; } = services;

    public Pop3Options Options => Services.Options;

    public EdgeConnection Connection { get; } = connection;

    public PipeWriter Output => Connection.Output;

    public Pop3State State { get; private set; } = Pop3State.Authorization;

    /// <summary>The session ends after what is in the output.</summary>
    public bool IsClosing { get; set; }

    /// <summary>The name that USER brought; PASS takes it.</summary>
    public string? UserName { get; set; }

    /// <summary>The client said UTF8 (RFC 6856 §2.1).</summary>
    public bool IsUtf8 { get; set; }

    /// <summary>The timestamp of the greeting, with its angle brackets, for APOP (RFC 1939 §7); empty if that is not offered.</summary>
    public string ApopTimestamp { get; private set; } = "";

    public async Task RunAsync()
    {
        Greet();
        while (!IsClosing)
        {
            if (Connection.Ending != ConnectionEnding.None)
            {
                SayGoodbye();
                return;
            }

            if (await ReadLineAsync(LineBytesMax) is not { } status)
                return;
            if (status == LineStatus.Complete)
                await RunLineAsync();
            else if (status != LineStatus.NeedMore)
                Bad(status == LineStatus.TooLong ? "The line is too long" : "A line holds no CR and no NUL");
        }
    }

    public async ValueTask DisposeAsync()
    {
        ReturnLine();
        await LeaveAsync();
    }

    /// <summary><c>+OK</c> and a text.</summary>
    public void Ok(ReadOnlySpan<byte> text)
    {
        Output.WriteOk(text);
        _answered = true;
    }

    public void Ok(string text)
    {
        Output.WriteOk(text);
        _answered = true;
    }

    /// <summary><c>-ERR</c>: the command was understood and cannot be done. With a response code, or an empty one for none.</summary>
    public void Refuse(ReadOnlySpan<byte> code, string text)
    {
        Output.WriteError(code, text);
        _answered = _refused = true;
    }

    /// <summary><c>-ERR</c>: the line is no command, or none that may come now. After many of them in a row the session ends.</summary>
    public void Bad(string text)
    {
        Refuse(default, text);
        if (++_badCommands < Options.BadCommandsMax || IsClosing)
            return;
        Pop3Log.TooManyBadCommands(Services.Log, Connection.Id);
        IsClosing = true;
    }

    private async ValueTask RunLineAsync()
    {
        var (keyword, arguments) = CommandLine.Split(_line.AsMemory(0, _lineLength));
        if (Pop3Commands.Find(keyword.Span) is not { } command || !command.IsAvailable(this))
        {
            Services.Metrics.Command("invalid", ok: false);
            // Something that speaks another protocol, perhaps on somebody's behalf: end it before it says more.
            IsClosing |= State == Pop3State.Authorization;
            Bad("Unknown command");
            return;
        }

        if ((command.Allowed & State) == 0)
        {
            Services.Metrics.Command(command.Verb, ok: false);
            Bad(State == Pop3State.Authorization ? "Log in first" : "Already logged in");
            return;
        }

        if (IsLockLost)
        {
            TellLockLost();
            return;
        }

        var bad = _badCommands;
        _answered = _refused = false;
        await RunGuardedAsync(command, arguments);
        if (_badCommands == bad)
            _badCommands = 0;
        Services.Metrics.Command(command.Verb, ok: !_refused);
    }

    private void Greet()
    {
        if (Options.OffersApop)
        {
            // RFC 1939 §7: different for each connection. Random, so that nobody can ask a client for its answer ahead of time.
            var random = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
            ApopTimestamp = $"<{random}.{Connection.Id}@{Services.Edge.Options.HostName}>";
        }

        Ok(ApopTimestamp.Length == 0 ? "MailCluster ready" : "MailCluster ready " + ApopTimestamp);
    }

    private void SayGoodbye()
    {
        // RFC 1939 §3: nobody asked, so nothing is said to a client that was silent for too long.
        if (Connection.Ending == ConnectionEnding.IdleTimeout)
            return;
        var text = Connection.Ending switch
        {
            ConnectionEnding.Draining => "The server is stopping, please come back in a moment",
            ConnectionEnding.Kicked => "Disconnected by an administrator",
            ConnectionEnding.LoginTimeout => "No login in time",
            _ => "Disconnected",
        };
        Refuse("SYS/TEMP"u8, text);
    }
}
