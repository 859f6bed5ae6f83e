using System.Net.Security;
using System.Security.Authentication;
using System.Text;

namespace MailCluster.Delivery.Smtp;

// A client's session with the relay (RFC 5321), as far as a queue needs it: one recipient a transaction, so that each has its own outcome.
//
//   1. connect, greeting, EHLO (HELO where EHLO is not known)
//   2. STARTTLS, EHLO again (RFC 3207 §4.2: what was learnt before is forgotten); AUTH (RFC 4954)
//   3. MAIL, RCPT, DATA: in one packet where PIPELINING is offered (RFC 2920), else one by one
//   4. the message, the dot, the answer. Until the dot is sent the relay does not have it; from its answer on it does. Between the two nobody can tell
//   5. the next transaction, or QUIT
// An answer that refuses ends the transaction, RSET clears it, the session goes on. Anything that is not SMTP, and every time-out, ends the session.

/// <summary>One connection to the relay.</summary>
internal sealed partial class SmtpSession : IAsyncDisposable
{
    private readonly RelayOptions _options;
    private readonly TimeProvider _time;
    private Stream _stream;
    private SmtpReplyReader _reader;
    private SmtpCapabilities _capabilities = SmtpCapabilities.None;
    private bool _isEncrypted;

    private SmtpSession(Stream stream, RelayOptions options, TimeProvider time)
    {
        _stream = stream;
        _reader = new SmtpReplyReader(stream);
        _options = options;
        _time = time;
    }

    /// <summary>False: the connection is of no use any more.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <summary>Greets and logs in over a connection, which is the session's from then on.</summary>
    /// <exception cref="SmtpConnectionException">The relay does not let us in.</exception>
    public static async ValueTask<SmtpSession> OpenAsync(Stream stream, RelayOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var session = new SmtpSession(stream, options, time);
        try
        {
            await session.LogInAsync(cancellationToken);
            return session;
        }
        catch
        {
            session.IsUsable = false;
            await session.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (IsUsable)
        {
            IsUsable = false;
            try
            {
                await AskAsync("QUIT", _options.Timeouts.Quit, CancellationToken.None);
            }
            catch (SmtpConnectionException)
            {
                // Said goodbye or not, the relay has everything that it has acknowledged.
            }
        }

        await _stream.DisposeAsync();
    }

    private async ValueTask LogInAsync(CancellationToken cancellationToken)
    {
        var timeout = _options.Timeouts.Command;
        if (_options.Tls == RelayTls.Implicit)
            await EncryptAsync(isChecked: true, cancellationToken);
        Require(await AnswerAsync(timeout, cancellationToken), "the greeting");
        await GreetAsync(cancellationToken);
        if (_options.Tls is RelayTls.StartTls or RelayTls.Opportunistic)
            await StartTlsAsync(cancellationToken);
        if (_options.Username is { } user)
            await AuthenticateAsync(user, cancellationToken);
    }

    private async ValueTask GreetAsync(CancellationToken cancellationToken)
    {
        var reply = await AskAsync($"EHLO {_options.HelloName}", _options.Timeouts.Command, cancellationToken);
        if (reply.IsPositive)
        {
            _capabilities = SmtpCapabilities.Of(reply);
            return;
        }

        // RFC 5321 §4.1.1.1: a server of old answers 500 or 502.
        Require(await AskAsync($"HELO {_options.HelloName}", _options.Timeouts.Command, cancellationToken), "HELO");
        _capabilities = SmtpCapabilities.None;
    }

    private async ValueTask StartTlsAsync(CancellationToken cancellationToken)
    {
        var isRequired = _options.Tls == RelayTls.StartTls;
        if (!_capabilities.StartTls)
        {
            if (isRequired)
                throw new SmtpConnectionException("The relay does not offer STARTTLS, and outbound.tls requires it.");
            return;
        }

        var reply = await AskAsync("STARTTLS", _options.Timeouts.Command, cancellationToken);
        if (!reply.IsPositive)
        {
            if (isRequired)
                throw new SmtpConnectionException($"The relay refuses STARTTLS: {reply.Text}");
            return;
        }

        if (_reader.HasMore)
            throw new SmtpConnectionException("Somebody put words into the relay's mouth before TLS.");
        await EncryptAsync(isRequired, cancellationToken);
        await GreetAsync(cancellationToken);
    }

    private async ValueTask EncryptAsync(bool isChecked, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        using var limit = new TimeLimit(_options.Timeouts.Command, _time, cancellationToken);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = _options.Host,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning disable CA5359 // Opportunistic TLS takes any certificate: the choice is between that and the clear (RFC 7435 §3).
                    RemoteCertificateValidationCallback = isChecked ? _options.CertificateCheck : (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                limit.Token);
        }
        catch (Exception e) when (e is AuthenticationException or IOException || limit.IsOver(e))
        {
            throw new SmtpConnectionException($"TLS with the relay failed: {e.Message}", e);
        }

        _stream = tls;
        _reader = new SmtpReplyReader(tls);
        _isEncrypted = true;
    }

    private async ValueTask AuthenticateAsync(string user, CancellationToken cancellationToken)
    {
        if (!_isEncrypted && !_options.IsLoopback)
            throw new SmtpConnectionException("The password is not sent to a relay over an open network; set outbound.tls.");
        var timeout = _options.Timeouts.Command;
        if (_capabilities.HasMechanism("PLAIN"))
        {
            var secret = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{_options.Password}"));
            Require(await AskAsync($"AUTH PLAIN {secret}", timeout, cancellationToken), "AUTH");
            return;
        }

        if (!_capabilities.HasMechanism("LOGIN"))
            throw new SmtpConnectionException("The relay offers neither AUTH PLAIN nor AUTH LOGIN.");
        var step = await AskAsync("AUTH LOGIN", timeout, cancellationToken);
        if (step.IsIntermediate)
            step = await AskAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(user)), timeout, cancellationToken);
        if (step.IsIntermediate)
            step = await AskAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(_options.Password)), timeout, cancellationToken);
        Require(step, "AUTH");
    }

    private static void Require(SmtpReply reply, string what)
    {
        if (!reply.IsPositive)
            throw new SmtpConnectionException($"The relay refuses {what}: {reply.Text}");
    }

    private async ValueTask<SmtpReply> AskAsync(string command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await SayAsync(command, timeout, cancellationToken);
        return await AnswerAsync(timeout, cancellationToken);
    }

    private async ValueTask SayAsync(string commands, TimeSpan timeout, CancellationToken cancellationToken) => await GuardAsync(
        async token =>
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(commands + "\r\n"), token);
            await _stream.FlushAsync(token);
            return true;
        },
        timeout,
        cancellationToken);

    private ValueTask<SmtpReply> AnswerAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        GuardAsync(token => _reader.ReadAsync(token), timeout, cancellationToken);

    /// <summary>What fails here leaves the session unusable: nobody knows where in the conversation the relay is.</summary>
    private async ValueTask<T> GuardAsync<T>(Func<CancellationToken, ValueTask<T>> run, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(timeout, _time, cancellationToken);
        try
        {
            return await run(limit.Token);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException || limit.IsOver(e))
        {
            IsUsable = false;
            throw new SmtpConnectionException(limit.IsOver(e) ? "The relay does not answer in time." : $"The connection broke: {e.Message}", e);
        }
        catch
        {
            IsUsable = false;
            throw;
        }
    }
}
