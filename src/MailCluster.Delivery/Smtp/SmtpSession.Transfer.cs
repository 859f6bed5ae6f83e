using System.Globalization;
using System.Text;

namespace MailCluster.Delivery.Smtp;

/// <summary>One transaction.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>Sends one message to one recipient.</summary>
    /// <param name="envelope">Who sends to whom.</param>
    /// <param name="content">What.</param>
    /// <param name="cancellationToken">Breaks it off as long as the message is not complete.</param>
    /// <param name="giveUp">Ends the wait for the relay's last answer; the outcome is then unknown.</param>
    /// <exception cref="SmtpConnectionException">The connection failed before the message was complete: the relay does not have it.</exception>
    /// <exception cref="OperationCanceledException">Broken off before the message was complete.</exception>
    public async ValueTask<SmtpOutcome> SendAsync(SmtpEnvelope envelope, IMailContent content, CancellationToken cancellationToken, CancellationToken giveUp)
    {
        if (!IsSafe(envelope.Sender) || !IsSafe(envelope.Recipient))
            return new SmtpOutcome(SmtpStatus.Permanent, "5.1.3", "The address cannot be written in an envelope.");
        var needsUtf8 = envelope.Terms.NeedsUtf8 || !Ascii.IsValid(envelope.Sender) || !Ascii.IsValid(envelope.Recipient);
        if (needsUtf8 && !_capabilities.SmtpUtf8)
            return new SmtpOutcome(SmtpStatus.Permanent, "5.6.7", "The relay does not take internationalized addresses or header fields (RFC 6531)."); // RFC 6531 §3.5
        if (_capabilities.SizeMax is { } sizeMax && content.Length > sizeMax)
            return new SmtpOutcome(SmtpStatus.Permanent, "5.3.4", $"The message has {content.Length} octets, the relay takes {sizeMax}.");
        var refusal = _capabilities.Pipelining
            ? await BeginPipelinedAsync(envelope, content, needsUtf8, cancellationToken)
            : await BeginAsync(envelope, content, needsUtf8, cancellationToken);
        return refusal is null ? await TransferAsync(content, cancellationToken, giveUp) : SmtpOutcome.Of(refusal);
    }

    /// <summary>Nothing in an address ends it, or the line.</summary>
    private static bool IsSafe(string address) => !address.AsSpan().ContainsAny('<', '>') && !address.Any(static c => char.IsControl(c));

    /// <summary>Null: the relay waits for the message.</summary>
    private async ValueTask<SmtpReply?> BeginAsync(SmtpEnvelope envelope, IMailContent content, bool needsUtf8, CancellationToken cancellationToken)
    {
        var timeouts = _options.Timeouts;
        var reply = await AskAsync(MailCommand(envelope, content, needsUtf8), timeouts.Command, cancellationToken);
        if (reply.IsPositive)
            reply = await AskAsync(RcptCommand(envelope), timeouts.Command, cancellationToken);
        if (reply.IsPositive)
            reply = await AskAsync("DATA", timeouts.DataInitiation, cancellationToken);
        if (reply.Code == 354)
            return null;
        await ResetAsync(cancellationToken);
        return Refusal(reply);
    }

    /// <summary>RFC 2920 §3.1: all three at once; then their answers in order.</summary>
    private async ValueTask<SmtpReply?> BeginPipelinedAsync(SmtpEnvelope envelope, IMailContent content, bool needsUtf8, CancellationToken cancellationToken)
    {
        var timeouts = _options.Timeouts;
        await SayAsync($"{MailCommand(envelope, content, needsUtf8)}\r\n{RcptCommand(envelope)}\r\nDATA", timeouts.Command, cancellationToken);
        var mail = await AnswerAsync(timeouts.Command, cancellationToken);
        var rcpt = await AnswerAsync(timeouts.Command, cancellationToken);
        var data = await AnswerAsync(timeouts.DataInitiation, cancellationToken);
        var refusal = !mail.IsPositive ? mail : !rcpt.IsPositive ? rcpt : data.Code != 354 ? Refusal(data) : null;
        if (refusal is null)
            return null;
        if (data.Code == 354 && (!mail.IsPositive || rcpt.IsPositive))
        {
            // It takes a message that it has refused: only the end of the connection is certain to send it none.
            IsUsable = false;
            return Refusal(refusal);
        }

        // RFC 2920 §3.1: without recipients the relay may wait all the same; an empty message ends that.
        if (data.Code == 354)
            await AskAsync(".", timeouts.DataTermination, cancellationToken);
        await ResetAsync(cancellationToken);
        return Refusal(refusal);
    }

    /// <summary>A reply that is neither success nor failure where there has to be one of them (a 250 to DATA) counts as "not now".</summary>
    private static SmtpReply Refusal(SmtpReply reply) => reply.Code >= 400 ? reply : new SmtpReply(451, [$"4.5.0 out of step: {reply.Text}"]);

    private async ValueTask<SmtpOutcome> TransferAsync(IMailContent content, CancellationToken cancellationToken, CancellationToken giveUp)
    {
        var timeouts = _options.Timeouts;
        var watched = new WatchedStream(_stream, timeouts.DataBlock, _time);
        var writer = new SmtpContentWriter(watched);
        try
        {
            await writer.WriteAsync(content, cancellationToken);
        }
        catch (Exception e)
        {
            // Half a message: only the end of the connection tells the relay to forget it.
            IsUsable = false;
            if (e is IOException or TimeoutException)
                throw new SmtpConnectionException($"The relay does not take the message: {e.Message}", e);
            throw;
        }

        try
        {
            // From here on it is the relay's word that counts, so the end of the attempt's time does not break it off.
            await writer.EndAsync(giveUp);
            var reply = await AnswerAsync(timeouts.DataTermination, giveUp);
            return SmtpOutcome.Of(reply.IsPositive ? reply : Refusal(reply));
        }
        catch (Exception e) when (e is SmtpConnectionException or IOException or TimeoutException or OperationCanceledException)
        {
            IsUsable = false;
            return new SmtpOutcome(SmtpStatus.Unknown, "4.4.2", $"The message was sent, and the relay's answer did not come: {e.Message}");
        }
    }

    private async ValueTask ResetAsync(CancellationToken cancellationToken)
    {
        if (IsUsable && !(await AskAsync("RSET", _options.Timeouts.Command, cancellationToken)).IsPositive)
            IsUsable = false;
    }

    private string MailCommand(SmtpEnvelope envelope, IMailContent content, bool needsUtf8)
    {
        var terms = envelope.Terms;
        var command = new StringBuilder($"MAIL FROM:<{envelope.Sender}>");
        if (_capabilities.HasSize)
            command.Append(CultureInfo.InvariantCulture, $" SIZE={content.Length}");
        if (_capabilities.EightBitMime)
            command.Append(" BODY=8BITMIME"); // RFC 6152 §3: allows 8-bit, does not demand it.
        if (needsUtf8)
            command.Append(" SMTPUTF8");
        if (_capabilities.Dsn)
        {
            if (terms.Return.Length > 0)
                command.Append(" RET=").Append(terms.Return);
            if (terms.EnvelopeId.Length > 0)
                command.Append(" ENVID=").Append(terms.EnvelopeId);
        }

        if (_capabilities.DeliverBy && terms.DeliverBy is { } by)
        {
            var seconds = (long)(by - _time.GetUtcNow()).TotalSeconds;
            // RFC 2852 §4: a mode R that is over, or shorter than the relay's least, would be refused; then it goes without.
            if (terms.DeliverByMode.StartsWith('N') || seconds >= Math.Max(1, _capabilities.DeliverByMin))
                command.Append(CultureInfo.InvariantCulture, $" BY={seconds};{terms.DeliverByMode}");
        }

        return command.ToString();
    }

    private string RcptCommand(SmtpEnvelope envelope)
    {
        var terms = envelope.Terms;
        var command = new StringBuilder($"RCPT TO:<{envelope.Recipient}>");
        if (_capabilities.Dsn && terms.Notify.Length > 0)
            command.Append(" NOTIFY=").Append(terms.Notify);
        if (_capabilities.Dsn && terms.OriginalRecipient.Length > 0)
            command.Append(" ORCPT=").Append(terms.OriginalRecipient);
        return command.ToString();
    }
}
