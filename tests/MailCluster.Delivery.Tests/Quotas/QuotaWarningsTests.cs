using System.Collections.Immutable;
using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Tests.Quotas;

/// <summary>Messages about quotas, with the real mailboxes and the real delivery.</summary>
public sealed class QuotaWarningsTests : IAsyncLifetime
{
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");
    private readonly LateWatcher _watcher = new();
    private readonly DeliveryMetrics _metrics = new();
    private InMemoryMailboxes _mailboxes = null!;
    private QuotaWarnings _warnings = null!;
    private MarkSignal _client = null!;

    public async Task InitializeAsync()
    {
        var quota = new QuotaOptions { Rules = QuotaRules.None with { Messages = 10 }, Thresholds = [50, 80] };
        _mailboxes = await InMemoryMailboxes.StartAsync(options: new MailboxOptions { Quota = quota }, watcher: _watcher);
        _client = new MarkSignal(_mailboxes.Client);
        var delivery = new DeliveryService(
            new NoDirectory(), new MessageIntake(_mailboxes.Bodies, MimeLimits.Default), _mailboxes.Client, [], new DeliveryOptions(), _metrics,
            TimeProvider.System, NullLogger<DeliveryService>.Instance);
        _warnings = new QuotaWarnings(
            delivery,
            _client,
            [QuotaWarning.Default(50, falling: false), QuotaWarning.Default(80, falling: false), QuotaWarning.Default(50, falling: true)],
            "mx.example.com",
            TimeProvider.System,
            NullLogger<QuotaWarnings>.Instance);
        _watcher.Target = _warnings;
    }

    public async Task DisposeAsync()
    {
        await _warnings.DisposeAsync();
        await _mailboxes.DisposeAsync();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Each_crossing_has_one_message_and_the_message_none()
    {
        await AppendAsync(4);
        await AppendAsync(1);
        await UntilMarkedAsync(6);
        await AppendAsync(1); // 70 %: nothing new
        await AppendAsync(1); // 80 %
        await UntilMarkedAsync(9);
        await ExpungeAsync(); // all: below 50 %
        await UntilMarkedAsync(1);
        await AppendAsync(4); // 50 % again
        await UntilMarkedAsync(6);

        var texts = (await _mailboxes.BodiesAsync(Alice.Value, "INBOX")).Select(Encoding.UTF8.GetString).Where(text => text.Contains("Subject: ", StringComparison.Ordinal));
        Assert.Equal(["Your mailbox has room again", "Your mailbox is 50 % full"], texts.Select(SubjectOf));
    }

    [Fact]
    public async Task Two_thresholds_at_once_are_one_message_and_a_full_account_gets_it()
    {
        await AppendAsync(10);
        await UntilMarkedAsync(11);
        await ExpungeAsync();
        await UntilMarkedAsync(1);
    }

    [Fact]
    public void The_message_says_who_how_much_and_that_nobody_should_answer()
    {
        var quota = new QuotaInfo(1536, 2048, QuotaSource.Configuration, 3, 100, QuotaSource.Set, 0, false);
        var warning = new QuotaWarning(75, false, "Postfach zu {percent} % gefüllt", "{account}: {used} von {limit} ({at})\nGruß\n");

        var text = Encoding.UTF8.GetString(QuotaWarningMessage.Write(warning, Alice, quota, "mx.example.com", new DateTimeOffset(2026, 11, 26, 3, 4, 5, TimeSpan.FromHours(1))));

        Assert.Contains("From: postmaster@example.com\r\nTo: alice@example.com\r\nSubject: Postfach zu 75 % =?UTF-8?Q?gef=C3=BCllt?=\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Date: Thu, 26 Nov 2026 03:04:05 +0100\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nalice@example.com: 1.5 KiB von 2 KiB (75)\r\nGruß\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith(
            "\r\n\r\n3 messages of 3 messages\r\n",
            Encoding.UTF8.GetString(QuotaWarningMessage.Write(
                warning with { Text = "{used} of {limit}\n" }, Alice, quota with { MessagesLimit = 3 }, "mx.example.com", DateTimeOffset.UnixEpoch)),
            StringComparison.Ordinal);
    }

    private static string SubjectOf(string text) =>
        text.Split("\r\n").First(line => line.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..];

    private async Task AppendAsync(int count)
    {
        var messages = ImmutableArray.CreateBuilder<NewMessage>();
        for (var i = 0; i < count; i++)
        {
            var id = Guid.NewGuid();
            var body = await _mailboxes.Bodies.PutAsync(new(Alice.Value, id, default, default, "X: y\r\n\r\n"u8.ToArray()), default);
            messages.Add(new NewMessage(new EmailId(id), body, 8, new InternalDate(DateTimeOffset.UnixEpoch), SystemFlags.None, []));
        }

        await SendAsync(new AppendMessages(FolderName.Inbox, messages.DrainToImmutable(), QuotaCheck.Off));
    }

    private async Task ExpungeAsync()
    {
        var inbox = await SendAsync(new DescribeFolder(FolderName.Inbox));
        await SendAsync(new ExpungeMessages(inbox.Id, OnlyDeleted: false));
    }

    /// <summary>The level was marked, and so many messages are there.</summary>
    private async Task UntilMarkedAsync(int messages)
    {
        Assert.True(await _client.Marked.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(messages, (await SendAsync(new DescribeQuota())).Messages);
    }

    private async Task<TResult> SendAsync<TResult>(MailboxCommand<TResult> command) =>
        await _mailboxes.Client.SendAsync(Alice, command, CommandContext.None, CancellationToken.None);

    private sealed class LateWatcher : IQuotaWatcher
    {
        public IQuotaWatcher? Target { get; set; }

        public void OnLevel(QuotaLevel level) => Target!.OnLevel(level);
    }

    /// <summary>The real mailboxes; tells when a level was marked.</summary>
    private sealed class MarkSignal(IMailboxClient inner) : IMailboxClient
    {
        public SemaphoreSlim Marked { get; } = new(0);

        public async ValueTask<TResult> SendAsync<TResult>(
            AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken)
        {
            var result = await inner.SendAsync(account, command, context, cancellationToken);
            if (command is MarkQuotaLevel)
                Marked.Release();
            return result;
        }

        public SentCommand<TResult> Begin<TResult>(
            AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken) =>
            inner.Begin(account, command, context, cancellationToken);

        public ValueTask<OpenedFolder> OpenFolderAsync(AccountId account, FolderName folder, bool takeRecent, CancellationToken cancellationToken) =>
            inner.OpenFolderAsync(account, folder, takeRecent, cancellationToken);
    }

    private sealed class NoDirectory : IRecipientDirectory
    {
        public ValueTask<AccountId?> FindAsync(string name, CancellationToken cancellationToken) => new((AccountId?)null);
    }
}
