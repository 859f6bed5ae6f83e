using System.Buffers;
using System.IO.Pipelines;
using MailCluster.Edge;
using MailCluster.Imap.Wire;

namespace MailCluster.Imap.Session;

/// <summary>Reading: waits for the client and asks the reader what came.</summary>
internal sealed partial class ImapSession
{
    private byte[] _saslResponse = [];
    private bool _saslCancelled;

    /// <summary>What kind of line is expected.</summary>
    private enum ReadKind
    {
        Command,
        IdleEnd,
        SaslResponse,
    }

    private TimeSpan CommandTimeout => IsLoggedIn ? Services.Edge.Options.Timeouts.Idle : Services.Edge.Options.Timeouts.Login;

    /// <summary>
    /// Reads on until something is complete. Null: the session was woken (look at <see cref="EdgeConnection.Ending"/> and at the folder), or the client has
    /// closed, in which case the session is in logout.
    /// </summary>
    private async ValueTask<ReadOutcome?> ReadAsync(ReadKind kind, bool keepDeadline = false)
    {
        var expecting = keepDeadline;
        while (true)
        {
            if (!Connection.Input.TryRead(out var result))
            {
                if (HasLater)
                {
                    // The client may wait for these answers before it goes on, and meanwhile more may come.
                    await FinishOneLaterAsync();
                    if (State == SessionState.Logout)
                        return null;
                    continue;
                }

                // Before the flush: whoever sees the answer sees the deadline set.
                if (!expecting)
                    Connection.ExpectInput(CommandTimeout);
                await FlushAsync();
                expecting = true;
                result = await Connection.Input.ReadAsync();
            }

            var outcome = Parse(kind, result.Buffer);
            if (outcome != ReadOutcome.NeedMore)
            {
                Connection.ExpectNothing();
                return outcome;
            }

            if (result.IsCompleted)
                EnterLogout();
            if (result.IsCompleted || (result.IsCanceled && (kind == ReadKind.IdleEnd || Connection.Ending != ConnectionEnding.None)))
                return null;
        }
    }

    /// <summary>Whether so many bytes have come already.</summary>
    public bool HasInput(long bytes)
    {
        if (!Connection.Input.TryRead(out var result))
            return false;
        var has = result.Buffer.Length >= bytes;
        Connection.Input.AdvanceTo(result.Buffer.Start);

        // The look has used up the wake that was meant for whoever waits next.
        if (result.IsCanceled)
            Connection.Wake();
        return has;
    }

    private ReadOutcome Parse(ReadKind kind, ReadOnlySequence<byte> buffer)
    {
        var outcome = kind switch
        {
            ReadKind.Command => Reader.Read(ref buffer),
            ReadKind.IdleEnd => Reader.ReadIdleEnd(ref buffer),
            _ => Reader.ReadSaslResponse(ref buffer, out _saslResponse, out _saslCancelled),
        };
        Connection.Input.AdvanceTo(buffer.Start, outcome == ReadOutcome.NeedMore ? buffer.End : buffer.Start);
        return outcome;
    }

    /// <summary>
    /// Waits for DONE. Null: woken, there may be news. Otherwise whether it was DONE (and not another line).
    /// </summary>
    /// <param name="again">It was waited for before: the client gets no new time.</param>
    public async ValueTask<bool?> ReadIdleEndAsync(bool again) =>
        await ReadAsync(ReadKind.IdleEnd, keepDeadline: again) is { } outcome ? outcome == ReadOutcome.Command : null;

    /// <summary>Waits for the client's next answer in AUTHENTICATE, decoded.</summary>
    public async ValueTask<(SaslAnswer Kind, byte[] Response)> ReadSaslResponseAsync()
    {
        var outcome = await ReadAsync(ReadKind.SaslResponse);
        var response = _saslResponse;
        _saslResponse = [];
        return outcome switch
        {
            null => (SaslAnswer.Gone, []),
            ReadOutcome.Command when _saslCancelled => (SaslAnswer.Cancelled, []),
            ReadOutcome.Command => (SaslAnswer.Response, response),
            _ => (SaslAnswer.Malformed, []),
        };
    }

    /// <summary>The next message of the APPEND in progress, or its end, or its refusal; null when the session must end.</summary>
    public async ValueTask<ReadOutcome?> ReadAppendAsync()
    {
        ReadOutcome? outcome;
        do
        {
            outcome = await ReadAsync(ReadKind.Command);
        }
        while (outcome == ReadOutcome.Continuation);
        return outcome;
    }

    /// <summary>Gives up the APPEND in progress, right where a message literal begins: finds its end without keeping it.</summary>
    public async ValueTask AbandonAppendAsync()
    {
        if (Reader.AbandonAppend())
            return;
        if (await ReadAppendAsync() == ReadOutcome.Rejected && Reader.Rejection.Fatal)
        {
            Untagged(Responses.ResponseStatus.Bye, Reader.Rejection.Text);
            EnterLogout();
        }
    }
}

/// <summary>What came as the answer of a SASL exchange.</summary>
internal enum SaslAnswer
{
    Response,
    Cancelled,
    Malformed,

    /// <summary>The session must end.</summary>
    Gone,
}
