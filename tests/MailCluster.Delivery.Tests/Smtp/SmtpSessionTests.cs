using System.Text;
using MailCluster.Delivery.Smtp;
using MailCluster.Mailboxes;
using MailCluster.Testing;
using MailCluster.Testing.Smtp;

namespace MailCluster.Delivery.Tests.Smtp;

public sealed class SmtpSessionTests
{
    private static readonly SmtpEnvelope Envelope = new("alice@example.com", "bob@example.org", OutgoingTerms.None);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_arrives_as_it_was(bool pipelining)
    {
        await using var sink = new SmtpSink { Capabilities = pipelining ? ["PIPELINING", "SIZE 1000"] : [] };
        await using (var session = await OpenAsync(sink))
        {
            Assert.Equal(SmtpStatus.Accepted, (await SendAsync(session, Envelope, "Subject: a\r\n\r\n.dot\r\n")).Status);
            Assert.Equal(SmtpStatus.Accepted, (await SendAsync(session, Envelope with { Sender = "" }, "Subject: b\r\n\r\n")).Status);
        }

        Assert.Equal(["Subject: a\r\n\r\n.dot\r\n", "Subject: b\r\n\r\n"], sink.Messages.Select(message => message.Text));
        Assert.Equal(pipelining ? "MAIL FROM:<alice@example.com> SIZE=20" : "MAIL FROM:<alice@example.com>", sink.Messages.First().Mail);
        Assert.Equal("RCPT TO:<bob@example.org>", sink.Messages.First().Rcpt);
        Assert.StartsWith("MAIL FROM:<>", sink.Messages.Last().Mail, StringComparison.Ordinal);
        Assert.Contains("QUIT", sink.Commands);
    }

    [Theory]
    [InlineData("MAIL", "451 4.3.0 later", false, "4.3.0")]
    [InlineData("RCPT", "550 5.1.1 nobody", true, "5.1.1")]
    [InlineData("RCPT", "450 greylisted", false, "4.0.0")]
    [InlineData("DATA", "554 no", true, "5.0.0")]
    [InlineData("DATA", "250 what", false, "4.5.0")]
    [InlineData(".", "552 5.2.2 full", true, "5.2.2")]
    public async Task A_refusal_anywhere_is_the_outcome_and_the_session_goes_on(string command, string answer, bool isFinal, string code)
    {
        foreach (var capabilities in new string[][] { ["PIPELINING"], [] })
        {
            await using var sink = new SmtpSink { Capabilities = capabilities };
            var refused = false;
            sink.Answer = line =>
            {
                if (refused || !line.StartsWith(command, StringComparison.Ordinal))
                    return null;
                refused = true;
                return answer;
            };
            await using var session = await OpenAsync(sink);

            var outcome = await SendAsync(session, Envelope, "Subject: a\r\n\r\n");
            Assert.Equal((isFinal ? SmtpStatus.Permanent : SmtpStatus.Transient, code), (outcome.Status, outcome.Code));
            Assert.Empty(sink.Messages);
            Assert.True(session.IsUsable);
            Assert.Equal(SmtpStatus.Accepted, (await SendAsync(session, Envelope, "Subject: b\r\n\r\n")).Status);
            Assert.Equal("Subject: b\r\n\r\n", Assert.Single(sink.Messages).Text);
        }
    }

    [Fact]
    public async Task Extensions_are_used_where_they_are_offered()
    {
        await using var sink = new SmtpSink { Capabilities = ["DSN", "DELIVERBY 60", "8BITMIME", "SMTPUTF8"] };
        await using var session = await OpenAsync(sink);
        var terms = new OutgoingTerms("NEVER", "HDRS", "id", "rfc822;bob", TimeProvider.System.GetUtcNow().AddSeconds(100.5), "R");
        await SendAsync(session, new SmtpEnvelope("älice@example.com", "bob@example.org", terms), "x\r\n");

        var sent = Assert.Single(sink.Messages);
        Assert.Matches("^MAIL FROM:<.*> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=id BY=(100|99);R$", sent.Mail);
        Assert.Equal("RCPT TO:<bob@example.org> NOTIFY=NEVER ORCPT=rfc822;bob", sent.Rcpt);
    }

    [Fact]
    public async Task Extensions_that_are_not_offered_are_left_out_or_are_a_refusal()
    {
        await using var sink = new SmtpSink { Capabilities = ["SIZE 10"] };
        await using var session = await OpenAsync(sink);
        var terms = new OutgoingTerms("NEVER", "HDRS", "id", "rfc822;bob", TimeProvider.System.GetUtcNow().AddSeconds(100), "R");

        await SendAsync(session, Envelope with { Terms = terms }, "x\r\n");
        Assert.Equal(("MAIL FROM:<alice@example.com> SIZE=3", "RCPT TO:<bob@example.org>"), (sink.Messages.Single().Mail, sink.Messages.Single().Rcpt));
        Assert.Equal("5.6.7", (await SendAsync(session, Envelope with { Recipient = "bøb@example.org" }, "x\r\n")).Code);
        Assert.Equal("5.3.4", (await SendAsync(session, Envelope, "more than that\r\n")).Code);
        Assert.Equal("5.1.3", (await SendAsync(session, Envelope with { Recipient = "bob@example.org>\r\nRCPT TO:<eve@example.net" }, "x\r\n")).Code);
        Assert.DoesNotContain(sink.Commands, command => command.Contains("eve", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RelayTls.Implicit)]
    [InlineData(RelayTls.StartTls)]
    [InlineData(RelayTls.Opportunistic)]
    public async Task TLS_and_a_login(RelayTls tls)
    {
        await using var sink = new SmtpSink
        {
            Certificate = TestCertificates.Localhost.TargetCertificate,
            IsTlsImplicit = tls == RelayTls.Implicit,
            Capabilities = ["STARTTLS", "AUTH LOGIN PLAIN"],
        };
        await using var session = await OpenAsync(sink, options => options with
        {
            Tls = tls,
            Username = "relay",
            Password = "secret",
            CertificateCheck = (_, certificate, _, _) => certificate?.Subject == "CN=localhost",
        });
        Assert.Equal(SmtpStatus.Accepted, (await SendAsync(session, Envelope, "x\r\n")).Status);

        Assert.Equal(tls != RelayTls.Implicit, sink.Commands.Contains("STARTTLS"));
        Assert.Contains("AUTH PLAIN " + Convert.ToBase64String("\0relay\0secret"u8), sink.Commands);
    }

    [Fact]
    public async Task A_certificate_that_does_not_hold_stops_required_TLS()
    {
        await using var sink = new SmtpSink { Certificate = TestCertificates.Localhost.TargetCertificate, Capabilities = ["STARTTLS"] };
        var refused = await Assert.ThrowsAsync<SmtpConnectionException>(() => OpenAsync(sink, options => options with { Tls = RelayTls.StartTls }));
        Assert.Contains("TLS", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_before_TLS_are_an_attack()
    {
        await using var sink = new SmtpSink { Certificate = TestCertificates.Localhost.TargetCertificate, Capabilities = ["STARTTLS"] };
        sink.Answer = line => line == "STARTTLS" ? "220 go\r\n250 injected" : null;
        var refused = await Assert.ThrowsAsync<SmtpConnectionException>(() => OpenAsync(sink, options => options with { Tls = RelayTls.Opportunistic }));
        Assert.Contains("before TLS", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Required_TLS_that_is_not_offered_sends_nothing()
    {
        await using var sink = new SmtpSink { Capabilities = [] };
        await Assert.ThrowsAsync<SmtpConnectionException>(() => OpenAsync(sink, options => options with { Tls = RelayTls.StartTls }));
        Assert.DoesNotContain(sink.Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task LOGIN_is_for_relays_without_PLAIN_and_a_wrong_password_is_no_session()
    {
        await using var sink = new SmtpSink { Capabilities = ["AUTH LOGIN"] };
        var steps = new Queue<string>(["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "535 5.7.8 wrong"]);
        sink.Answer = line => line.Length == 0 || line.StartsWith("EHLO", StringComparison.Ordinal) || steps.Count == 0 ? null : steps.Dequeue();
        var refused = await Assert.ThrowsAsync<SmtpConnectionException>(() => OpenAsync(sink, options => options with { Username = "relay", Password = "no" }));

        Assert.Contains("535 5.7.8 wrong", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["AUTH LOGIN", Convert.ToBase64String("relay"u8), Convert.ToBase64String("no"u8)], sink.Commands.Skip(1));
    }

    [Fact]
    public async Task A_server_of_old_is_greeted_with_HELO()
    {
        await using var sink = new SmtpSink();
        sink.Answer = line => line.StartsWith("EHLO", StringComparison.Ordinal) ? "502 what" : null;
        await using var session = await OpenAsync(sink);
        Assert.Equal(SmtpStatus.Accepted, (await SendAsync(session, Envelope, "x\r\n")).Status);
    }

    [Theory]
    [InlineData("554 no service")]
    [InlineData("HTTP/1.1 400 Bad Request")]
    public async Task A_greeting_that_is_none_is_no_session(string greeting)
    {
        await using var sink = new SmtpSink { Answer = line => line.Length == 0 ? greeting : null };
        await Assert.ThrowsAsync<SmtpConnectionException>(() => OpenAsync(sink));
    }

    [Fact]
    public async Task A_connection_cut_before_the_dot_is_certain_and_after_it_unknown()
    {
        await using var sink = new SmtpSink();
        var session = await OpenAsync(sink);
        sink.Answer = line =>
        {
            if (line == "DATA")
                sink.Cut();
            return null;
        };
        await Assert.ThrowsAsync<SmtpConnectionException>(async () => await SendAsync(session, Envelope, "x\r\n"));
        Assert.False(session.IsUsable);
        await session.DisposeAsync();

        sink.Answer = static _ => null;
        session = await OpenAsync(sink);
        sink.Gate = new TaskCompletionSource().Task;
        var sending = SendAsync(session, Envelope, "x\r\n");
        await Poll.UntilAsync(() => !sink.Messages.IsEmpty);
        sink.Cut();
        Assert.Equal(SmtpStatus.Unknown, (await sending).Status);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task A_relay_that_does_not_answer_in_time_is_given_up()
    {
        var time = new ManualTimeProvider();
        await using var sink = new SmtpSink();
        var session = await OpenAsync(sink, time: time);
        sink.Gate = new TaskCompletionSource().Task;
        var sending = SendAsync(session, Envelope, "x\r\n");
        await Poll.UntilAsync(() => !sink.Messages.IsEmpty && time.ArmedTimers > 0);
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(sending.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(SmtpStatus.Unknown, (await sending).Status);
        await session.DisposeAsync();
    }

    private static async Task<SmtpSession> OpenAsync(SmtpSink sink, Func<RelayOptions, RelayOptions>? change = null, TimeProvider? time = null)
    {
        var options = new RelayOptions { Host = "127.0.0.1", Port = sink.Port, HelloName = "mail.example.com" };
        options = change is null ? options : change(options);
        time ??= TimeProvider.System;
        return await SmtpSession.OpenAsync(await new SmtpDialer(options, time).ConnectAsync(default), options, time, default);
    }

    private static Task<SmtpOutcome> SendAsync(SmtpSession session, SmtpEnvelope envelope, string message) =>
        session.SendAsync(envelope, new Content(Encoding.ASCII.GetBytes(message)), default, default).AsTask();

    private sealed class Content(byte[] bytes) : IMailContent
    {
        public long Length => bytes.Length;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            var rest = bytes.AsMemory((int)offset);
            var count = Math.Min(rest.Length, destination.Length);
            rest[..count].CopyTo(destination);
            return new(count);
        }
    }
}
