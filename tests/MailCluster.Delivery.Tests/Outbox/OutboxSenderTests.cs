using System.Net;
using System.Net.Sockets;
using System.Text;
using MailCluster.Delivery.Outbox;
using MailCluster.Delivery.Smtp;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Testing;
using MailCluster.Testing.Smtp;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Tests.Outbox;

/// <summary>The sender over real accounts and a relay on a real socket; the clock is the test's.</summary>
public sealed class OutboxSenderTests : IAsyncLifetime
{
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");

    private readonly ManualTimeProvider _time = new();
    private readonly SmtpSink _sink = new();
    private InMemoryMailboxes _mailboxes = null!;
    private MessageIntake _intake = null!;
    private OutboxSender? _sender;

    public async Task InitializeAsync()
    {
        _mailboxes = await InMemoryMailboxes.StartAsync(_time);
        _intake = new MessageIntake(_mailboxes.Bodies, MimeLimits.Default);
    }

    public async Task DisposeAsync()
    {
        if (_sender is not null)
            await _sender.DisposeAsync();
        await _sink.DisposeAsync();
        await _mailboxes.DisposeAsync();
    }

    [Fact]
    public async Task What_is_queued_goes_out_once_and_gives_its_body_up()
    {
        Start();
        await QueueAsync("Subject: one\r\n\r\n", "X-Sieve: 1\r\n");
        await QueueAsync("Subject: two\r\n\r\n");
        await Poll.UntilAsync(() => _sink.Messages.Count == 2);
        await EmptyAsync();

        Assert.Equal(["X-Sieve: 1\r\nSubject: one\r\n\r\n", "Subject: two\r\n\r\n"], _sink.Messages.Select(message => message.Text).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal(2, (await SendAsync(new InspectAccount())).Released.Length);
    }

    [Fact]
    public async Task After_a_restart_accounts_are_woken_by_the_register()
    {
        await QueueAsync("Subject: one\r\n\r\n");
        Start(attach: false);
        await Poll.UntilAsync(() => _sink.Messages.Count == 1);
        await EmptyAsync();
    }

    [Fact]
    public async Task A_refusal_for_now_is_tried_again_later_and_later()
    {
        var refusals = 3;
        _sink.Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) && refusals-- > 0 ? "450 4.2.0 greylisted" : null;
        Start();
        await QueueAsync("Subject: one\r\n\r\n");
        foreach (var minutes in new[] { 1, 2, 4 })
        {
            await Poll.UntilAsync(() => Entry() is { Response: "450 4.2.0 greylisted" } entry && entry.NextAttempt == _time.GetUtcNow().AddMinutes(minutes));
            Assert.Empty(_sink.Messages);
            await AdvanceAsync(TimeSpan.FromMinutes(minutes));
        }

        await Poll.UntilAsync(() => _sink.Messages.Count == 1);
        await EmptyAsync();
    }

    [Fact]
    public async Task A_relay_that_is_away_is_tried_until_the_message_is_too_old_and_its_owner_is_told()
    {
        var defaults = new OutboxOptions();

        // Bound and not listening: the port refuses, and is nobody else's.
        using var gone = new Socket(SocketType.Stream, ProtocolType.Tcp);
        gone.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Start(port: ((IPEndPoint)gone.LocalEndPoint!).Port, options: new OutboxOptions { Lifetime = TimeSpan.FromHours(3) });
        await QueueAsync("Subject: one\r\nFrom: carol@example.net\r\n\r\nbody\r\n");
        await Poll.UntilAsync(() =>
        {
            // Not while an attempt is under way: its claim has a length of its own.
            if (Entry() is { Response.Length: > 0 } entry && entry.NextAttempt - _time.GetUtcNow() is var left && left > TimeSpan.Zero
                && left != defaults.AttemptMax + defaults.ClockMargin)
                _time.Advance(left);
            return Entry() is null;
        });

        Assert.True(_time.GetElapsedTime(0) >= TimeSpan.FromHours(3));
        var notice = Encoding.UTF8.GetString(Assert.Single(await _mailboxes.BodiesAsync(Alice.Value)));
        Assert.Contains("Action: failed\r\nStatus: 4.4.1\r\n", notice, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_for_ever_of_a_redirect_is_told_to_its_owner_in_the_same_change()
    {
        _sink.Answer = static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 nobody of that name" : null;
        Start();
        await QueueAsync("Subject: one\r\nFrom: carol@example.net\r\n\r\nbody\r\n");
        await EmptyAsync();

        var notice = Encoding.UTF8.GetString(Assert.Single(await _mailboxes.BodiesAsync(Alice.Value)));
        Assert.Contains("multipart/report; report-type=delivery-status", notice, StringComparison.Ordinal);
        Assert.Contains("Final-Recipient: rfc822; bob@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 nobody of that name\r\n", notice, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\nSubject: one\r\nFrom: carol@example.net\r\n\r\n--", notice, StringComparison.Ordinal);
        Assert.DoesNotContain("body\r\n", notice[notice.IndexOf("Subject: one", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OutgoingKind.Reply)]
    [InlineData(OutgoingKind.Notification)]
    [InlineData(OutgoingKind.Bounce)]
    public async Task A_refusal_for_ever_of_anything_else_is_nobodys_business(OutgoingKind kind)
    {
        _sink.Answer = static line => line.StartsWith("MAIL", StringComparison.Ordinal) ? "550 5.7.1 no" : null;
        Start();
        await QueueAsync("Subject: one\r\n\r\n", kind: kind);
        await EmptyAsync();

        Assert.Empty(await _mailboxes.BodiesAsync(Alice.Value));
    }

    [Fact]
    public async Task Another_sender_waits_until_the_claim_of_the_first_is_over()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _sink.Gate = gate.Task;
        Start();
        await QueueAsync("Subject: one\r\n\r\n");
        await Poll.UntilAsync(() => _sink.Messages.Count == 1);

        // The account's next node, as it were, while the first one is stuck in the relay's answer.
        await using var other = Create(new OutboxOptions());
        await AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Single(_sink.Messages);
        gate.SetResult();
        await EmptyAsync();
        Assert.Single(_sink.Messages);
    }

    [Fact]
    public async Task A_sender_that_stops_while_the_relay_may_have_the_message_leaves_it_until_the_claim_is_over()
    {
        _sink.Gate = new TaskCompletionSource().Task;
        Start();
        await QueueAsync("Subject: one\r\n\r\n");
        await Poll.UntilAsync(() => _sink.Messages.Count == 1);
        await _sender!.StopAsync(TimeSpan.Zero);

        var entry = Entry()!;
        Assert.Equal((1, true), (entry.Attempts, entry.NextAttempt >= _time.GetUtcNow() + new OutboxOptions().AttemptMax));
    }

    [Fact]
    public async Task A_sender_that_stops_before_the_dot_leaves_the_message_to_the_next_at_once()
    {
        using var stuck = new ManualResetEventSlim();
        _sink.Answer = line =>
        {
            if (line == "DATA")
                stuck.Wait();
            return null;
        };
        Start();
        await QueueAsync("Subject: one\r\n\r\n");
        await Poll.UntilAsync(() => _sink.Commands.Contains("DATA"));
        var stopping = _sender!.StopAsync(TimeSpan.Zero);
        await Poll.UntilAsync(() => Entry() is { } entry && entry.NextAttempt <= _time.GetUtcNow());
        stuck.Set();
        await stopping;

        Assert.Empty(_sink.Messages);
        Assert.Equal(1, Entry()!.Attempts);
    }

    [Fact]
    public async Task An_account_is_forgotten_when_nothing_was_noted_for_a_while()
    {
        Start();
        await QueueAsync("Subject: one\r\n\r\n");
        await EmptyAsync();
        await Poll.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            return !_mailboxes.OutboxIndex.ListAsync(default).ToBlockingEnumerable().Any();
        });
        Assert.True(_time.GetElapsedTime(0) >= OutboxRegister.ForgetAfter);
    }

    [Fact]
    public async Task An_administrator_may_put_forward_or_take_out()
    {
        _sink.Answer = static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "450 later" : null;
        Start();
        await QueueAsync("Subject: one\r\n\r\n");
        await Poll.UntilAsync(() => Entry() is { Response.Length: > 0 });
        _sink.Answer = static _ => null;
        await SendAsync(new SettleOutboxEntry(Entry()!.Id, OutboxVerdict.Rescheduled, _time.GetUtcNow(), "", []));
        await Poll.UntilAsync(() => _sink.Messages.Count == 1);
        await EmptyAsync();
    }

    private void Start(int? port = null, OutboxOptions? options = null, bool attach = true)
    {
        _sender = Create(options ?? new OutboxOptions(), port);
        if (attach)
            _mailboxes.OutboxSignal.Attach(_sender);
    }

    private OutboxSender Create(OutboxOptions options, int? port = null)
    {
        var relay = new RelayOptions { Host = "127.0.0.1", Port = port ?? _sink.Port };
        return new OutboxSender(
            _mailboxes.OutboxRegister, _mailboxes.Client, _mailboxes.Bodies, _intake, new SmtpDialer(relay, _time), relay, options, _time,
            NullLogger<OutboxSender>.Instance);
    }

    private async Task QueueAsync(string message, string header = "", OutgoingKind kind = OutgoingKind.Redirect)
    {
        using var prepared = _intake.Prepare(Encoding.ASCII.GetBytes(message));
        var stored = await _intake.StoreAsync(Alice, prepared, new InternalDate(_time.GetUtcNow()), SystemFlags.None, [], default);
        await _mailboxes.OutboxRegister.NoteAsync(Alice, default);
        await SendAsync(new DeliverMessage([], [], [], [new OutgoingMail(
            kind, "alice@example.com", "bob@example.org", header, stored.EmailId, stored.Body, stored.Size, OutgoingTerms.None)]));
    }

    private ValueTask<T> SendAsync<T>(MailboxCommand<T> command) =>
        _mailboxes.Client.SendAsync(Alice, command, new CommandContext(CommandId.New(_time), "", "test", ""), default);

    private OutboxEntry? Entry()
    {
        var asked = SendAsync(new ListOutbox());
        return (asked.IsCompleted ? asked.Result : asked.AsTask().GetAwaiter().GetResult()).Entries.FirstOrDefault();
    }

    private Task EmptyAsync() => Poll.UntilAsync(() => Entry() is null);

    /// <summary>Moves the clock when the sender has gone back to waiting for it.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        await Poll.UntilAsync(() => _time.UntilNext is not null);
        _time.Advance(by);
    }
}
