using MailCluster.Edge;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Imap.Wire;

namespace MailCluster.Imap.Session;

/// <summary>The loop: greeting, one command after the other, goodbye.</summary>
internal sealed partial class ImapSession
{
    private int _badCommands;

    public async Task RunAsync()
    {
        try
        {
            Greet();
            while (State != SessionState.Logout)
            {
                if (Connection.Ending != ConnectionEnding.None)
                {
                    await FinishLaterAsync();
                    SayGoodbye();
                    break;
                }

                if (await ReadAsync(ReadKind.Command) is not { } outcome)
                    continue;
                await RunCommandAsync(outcome);
            }

            await FinishLaterAsync();
            await FlushAsync();
        }
        finally
        {
            await AbandonLaterAsync();
            CloseFolder();
        }
    }

    private void Greet()
    {
        var writer = Respond();
        writer.StatusStart(null, ResponseStatus.Ok);
        writer.CodeStart();
        ImapCapabilities.Write(ref writer, this);
        writer.CodeEnd();
        writer.StatusEnd("MailCluster ready");
        writer.Commit();
    }

    private void SayGoodbye()
    {
        EnterLogout();
        var (text, code) = Connection.Ending switch
        {
            ConnectionEnding.Draining => ("The server is stopping, please come back in a moment", ResponseCode.Unavailable),
            ConnectionEnding.Kicked => ("Disconnected by an administrator", ResponseCode.None),
            ConnectionEnding.LoginTimeout => ("No login in time", ResponseCode.None),
            _ => ("Disconnected for inactivity", ResponseCode.None),
        };
        Untagged(ResponseStatus.Bye, text, code);
    }

    private ValueTask RunCommandAsync(ReadOutcome outcome)
    {
        switch (outcome)
        {
            case ReadOutcome.Command:
                return DispatchAsync(Reader.Command!);
            case ReadOutcome.AppendMessage:
                return DispatchAsync(Reader.Append!);
            case ReadOutcome.Continuation:
                return InviteAsync();
            default:
                return RefuseAsync();
        }
    }

    /// <summary>Asks the client for the literal it waits to send. It may also wait for the answers to what it sent before.</summary>
    public async ValueTask InviteAsync()
    {
        await FinishLaterAsync();
        var writer = Respond();
        writer.Raw("+ OK\r\n"u8);
        writer.Commit();
        await FlushAsync();
    }

    private async ValueTask RefuseAsync()
    {
        await FinishLaterAsync();
        if (State != SessionState.Logout)
            Refuse(Reader.Rejection);
    }

    private async ValueTask DispatchAsync(ImapCommand command)
    {
        var row = CommandTable.Of(command.Name);
        if (!MayFollowLater(command))
            await FinishLaterAsync();
        if (State == SessionState.Logout)
            return;
        CommandOutcome outcome;
        if ((row.States & State) == 0)
        {
            outcome = WrongState(row);
            if (command is AppendCommand)
                await AbandonAppendAsync();
        }
        else
        {
            outcome = await RunGuardedAsync(row, command);
        }

        if (outcome.Later is { } later)
        {
            await PostponeAsync(row, command, later);
            return;
        }

        // Refused at once, while those before it are under way: they are answered first.
        var isLast = State == SessionState.Logout;
        await FinishLaterAsync();
        if (isLast || State != SessionState.Logout)
            await ConcludeAsync(row, command, outcome);
    }

    /// <summary>Tells of changes and writes the tagged line. False: the client was told goodbye instead.</summary>
    private async ValueTask<bool> ConcludeAsync(CommandRow row, ImapCommand command, CommandOutcome outcome)
    {
        if (State == SessionState.Selected && !TellsLater(command))
        {
            if (!await TellChangesAsync(TakeReport(command)))
                return false;
            Selected?.TellModSeq(this);
        }

        if (outcome.IsToBeWritten)
            Answer(command.Tag, outcome);
        Services.Metrics.Command(CommandText.Of(command.Name), outcome.Status.ToString());
        CountBad(outcome.Status == ResponseStatus.Bad);
        await FlushIfLargeAsync();
        return true;
    }

    private static CommandOutcome WrongState(CommandRow row) => CommandOutcome.Bad(row.States switch
    {
        SessionState.NotAuthenticated => "Already logged in",
        SessionState.Selected => "No folder is selected",
        _ => "Log in first",
    });

    /// <summary>
    /// RFC 9051 §7.5.1: not while FETCH, STORE or SEARCH are answered, whose numbers would change under the client. Their UID forms are other commands.
    /// </summary>
    private static bool ExpungesAllowed(ImapCommand command) => command switch
    {
        FetchCommand fetch => fetch.Uid,
        StoreCommand store => store.Uid,
        SearchCommand search => search.Uid,
        _ => true,
    };

    private void Answer(string tag, CommandOutcome outcome)
    {
        var writer = Respond();
        if (outcome.Argument is null)
        {
            writer.Status(tag, outcome.Status, outcome.Text, outcome.Code);
        }
        else
        {
            writer.StatusStart(tag, outcome.Status);
            outcome.Argument.Write(ref writer);
            writer.StatusEnd(outcome.Text);
        }

        writer.Commit();
    }

    private void Refuse(in Rejection rejection)
    {
        if (rejection is { Kind: RejectionKind.AnnotationTooBig, Tag: { } tag })
        {
            Answer(tag, CommandOutcome.No(rejection.Text) with { Argument = new MetadataCode("MAXSIZE", Services.Options.AnnotationSizeMax) });
        }
        else
        {
            var writer = Respond();
            writer.Rejected(rejection);
            writer.Commit();
        }

        Services.Metrics.Command("invalid", rejection.IsBad ? "Bad" : "No");

        // Another protocol's client may have been tricked into speaking to us: an HTTP request must not run line by line.
        if (rejection.Fatal || (rejection.Kind == RejectionKind.UnknownCommand && !IsLoggedIn))
        {
            Untagged(ResponseStatus.Bye, rejection.Fatal ? rejection.Text : "This is an IMAP server");
            EnterLogout();
            return;
        }

        CountBad(rejection.IsBad);
    }

    private void CountBad(bool bad)
    {
        _badCommands = bad ? _badCommands + 1 : 0;
        if (_badCommands < Services.Options.BadCommandsMax || State == SessionState.Logout)
            return;
        ImapLog.TooManyBadCommands(Services.Log, Connection.Id);
        Untagged(ResponseStatus.Bye, "Too many bad commands");
        EnterLogout();
    }
}
