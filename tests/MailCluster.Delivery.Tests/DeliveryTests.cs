using System.Collections.Immutable;
using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Testing;
using MailCluster.Testing.Clusters;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Tests;

public sealed class DeliveryTests : IAsyncLifetime, IDisposable
{
    private static readonly ReadOnlyMemory<byte> Message = Encoding.ASCII.GetBytes("Subject: Hi\r\n\r\nbody\r\n");

    private readonly Directory _directory = new();
    private readonly DeliveryMetrics _metrics = new();
    private readonly ManualTimeProvider _time = new();
    private InMemoryMailboxes _mailboxes = null!;

    public async Task InitializeAsync() => _mailboxes = await InMemoryMailboxes.StartAsync();

    public Task DisposeAsync() => _mailboxes.DisposeAsync().AsTask();

    public void Dispose() => _metrics.Dispose();

    [Theory]
    [InlineData("alice@example.com", "alice@example.com", "")]
    [InlineData("ALICE@EXAMPLE.COM", "alice@example.com", "")]
    [InlineData("alice+lists@example.com", "alice@example.com", "lists")]
    [InlineData("alice+a+b@example.com", "alice@example.com", "a+b")]
    [InlineData("alice+@example.com", "alice@example.com", "")]
    [InlineData("alice-x@example.com", null, "")]
    [InlineData("+alice@example.com", null, "")]
    [InlineData("bob+owner@example.com", "bob+owner@example.com", "")]
    [InlineData("bob+owner+x@example.com", null, "")]
    [InlineData("local", "local", "")]
    [InlineData("local+x", "local", "x")]
    [InlineData("nobody@example.com", null, "")]
    [InlineData("with space@example.com", null, "")]
    [InlineData("", null, "")]
    public async Task Addresses_are_resolved_whole_first_and_then_without_detail(string address, string? account, string detail)
    {
        var resolution = await Service().ResolveAsync(RecipientAddress.Parse(address), default);
        Assert.Equal(account is null ? RecipientStatus.Unknown : RecipientStatus.Known, resolution.Status);
        Assert.Equal(account, resolution.Recipient?.Account.Value);
        Assert.Equal(detail, resolution.Recipient?.Detail ?? "");
    }

    [Fact]
    public async Task Delimiters_are_a_setting()
    {
        var both = Service(new DeliveryOptions { RecipientDelimiters = "+-" });
        Assert.Equal("x+y", (await both.ResolveAsync(RecipientAddress.Parse("alice-x+y@example.com"), default)).Recipient?.Detail);
        var none = Service(new DeliveryOptions { RecipientDelimiters = "" });
        Assert.Equal(RecipientStatus.Unknown, (await none.ResolveAsync(RecipientAddress.Parse("alice+x@example.com"), default)).Status);
    }

    [Fact]
    public async Task A_user_database_that_cannot_answer_is_not_an_unknown_user()
    {
        _directory.Unavailable = true;
        Assert.Equal(RecipientStatus.TemporaryFailure, (await Service().ResolveAsync(RecipientAddress.Parse("alice@example.com"), default)).Status);
    }

    [Fact]
    public async Task Many_recipients_each_get_the_message()
    {
        for (var i = 0; i < 50; i++)
            _directory.Users.Add($"user{i}@example.com");
        var service = Service();
        var recipients = await RecipientsAsync(service, [.. Enumerable.Range(0, 50).Select(static i => $"user{i}@example.com")]);
        var outcomes = await service.DeliverAsync(Request(recipients), default);
        Assert.All(outcomes, static o => Assert.Equal(DeliveryStatus.Delivered, o.Status));
        for (var i = 0; i < 50; i++)
            Assert.Equal(Message.ToArray(), Assert.Single(await _mailboxes.BodiesAsync($"user{i}@example.com")));
    }

    [Fact]
    public async Task An_append_whose_answer_was_lost_is_not_run_twice()
    {
        // Stored, but the writer is told that it failed: what a broken database connection does at the worst moment.
        _mailboxes.Journal.Faults.FailNextAppendAfterStoring();
        var service = Service();
        var delivery = service.DeliverAsync(Request(await RecipientsAsync(service, "alice@example.com")), default).AsTask();
        await DriveAsync(delivery);
        Assert.Equal(DeliveryStatus.Delivered, (await delivery)[0].Status);
        Assert.Single(await _mailboxes.BodiesAsync("alice@example.com"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_under_way_to_a_node_that_goes_is_delivered_once(bool killed)
    {
        await using var cluster = await MailboxCluster.StartAsync(3);
        var alice = AccountId.Create("alice@example.com");
        await cluster.Nodes[1].Client.SendAsync(alice, new ListFolders(), CommandContext.None, default);
        var service = Service(mailboxes: cluster.Nodes[1].Client);
        var recipients = await RecipientsAsync(service, "alice@example.com");
        cluster.Replies.Close();
        var delivery = service.DeliverAsync(Request(recipients), default).AsTask();
        await Poll.UntilAsync(() => cluster.Journal.Writes == 2);
        await cluster.MoveAsync(to: 2, killed);
        await DriveAsync(delivery);

        Assert.Equal(DeliveryStatus.Delivered, (await delivery)[0].Status);
        Assert.Equal(1, (await cluster.Nodes[1].Client.SendAsync(alice, new DescribeFolder(FolderName.Inbox), CommandContext.None, default)).Messages);
        Assert.Equal(2, cluster.Journal.Writes);
    }

    [Fact]
    public async Task A_store_that_comes_back_in_time_takes_the_message()
    {
        _mailboxes.Bodies.Unavailable = true;
        var service = Service();
        var delivery = service.DeliverAsync(Request(await RecipientsAsync(service, "alice@example.com")), default).AsTask();
        await Poll.UntilAsync(() => _time.ArmedTimers > 0);
        _mailboxes.Bodies.Unavailable = false;
        await DriveAsync(delivery);
        Assert.Equal(DeliveryStatus.Delivered, (await delivery)[0].Status);
        Assert.Single(await _mailboxes.BodiesAsync("alice@example.com"));
    }

    [Fact]
    public async Task A_store_that_does_not_come_back_is_a_temporary_failure()
    {
        _mailboxes.Bodies.Unavailable = true;
        var service = Service();
        var delivery = service.DeliverAsync(Request(await RecipientsAsync(service, "alice@example.com")), default).AsTask();
        await DriveAsync(delivery);
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await delivery)[0].Status);
        Assert.InRange(_time.GetElapsedTime(0), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(25));
    }

    [Theory]
    [InlineData(RefusalReason.OverQuota, DeliveryStatus.OverQuota, 1)]
    [InlineData(RefusalReason.Limit, DeliveryStatus.Refused, 1)]
    [InlineData(RefusalReason.Busy, DeliveryStatus.TemporaryFailure, 1)]
    [InlineData(RefusalReason.Unavailable, DeliveryStatus.TemporaryFailure, 0)]
    public async Task A_refused_append_gives_its_body_up_unless_it_may_have_run(RefusalReason reason, DeliveryStatus status, int released)
    {
        var mailboxes = new RefusingMailboxes(reason);
        var service = Service(mailboxes: mailboxes);
        var delivery = service.DeliverAsync(Request(await RecipientsAsync(service, "alice@example.com")), default).AsTask();
        await DriveAsync(delivery);
        Assert.Equal(status, (await delivery)[0].Status);
        Assert.Equal(1, _mailboxes.Bodies.Count);
        _mailboxes.Bodies.Collect(DateTimeOffset.MaxValue.AddDays(-1));
        Assert.Equal(1 - released, _mailboxes.Bodies.Count);
        // All attempts of one append are one command.
        Assert.Single(mailboxes.Commands.Distinct());
        if (status == DeliveryStatus.TemporaryFailure)
            Assert.True(mailboxes.Commands.Count > 3);
    }

    [Fact]
    public async Task A_bug_in_one_recipients_delivery_is_its_own()
    {
        var check = new Check(r => r.Account.Value == "alice@example.com" ? throw new InvalidOperationException("a bug") : null);
        var service = Service(checks: [check]);
        var outcomes = await service.DeliverAsync(Request(await RecipientsAsync(service, "alice@example.com", "bob+owner@example.com")), default);
        Assert.Equal([DeliveryStatus.TemporaryFailure, DeliveryStatus.Delivered], outcomes.Select(static o => o.Status));
    }

    [Fact]
    public async Task A_check_decides_before_anything_is_stored()
    {
        var service = Service(checks: [new Check(static _ => null), new Check(static _ => DeliveryOutcome.OverQuota)]);
        var outcomes = await service.DeliverAsync(Request(await RecipientsAsync(service, "alice@example.com")), default);
        Assert.Equal(DeliveryStatus.OverQuota, outcomes[0].Status);
        Assert.Equal(0, _mailboxes.Bodies.Count);
    }

    [Fact]
    public async Task A_detail_folder_that_vanishes_leaves_the_message_to_INBOX()
    {
        var mailboxes = new VanishingFolder(_mailboxes.Client);
        await _mailboxes.Client.SendAsync(
            AccountId.Create("alice@example.com"), new CreateFolder(FolderName.Create("lists")),
            new CommandContext(CommandId.New(TimeProvider.System), "", "test", ""), default);
        var service = Service(new DeliveryOptions { SaveToDetailFolder = true }, mailboxes);
        var outcomes = await service.DeliverAsync(Request(await RecipientsAsync(service, "alice+lists@example.com")), default);
        Assert.Equal(DeliveryStatus.Delivered, outcomes[0].Status);
        Assert.Single(await _mailboxes.BodiesAsync("alice@example.com"));
    }

    private DeliveryService Service(
        DeliveryOptions? options = null, IMailboxClient? mailboxes = null, IEnumerable<IDeliveryCheck>? checks = null) =>
        new(
            _directory, new MessageIntake(_mailboxes.Bodies, MimeLimits.Default), mailboxes ?? _mailboxes.Client, checks ?? [],
            options ?? new DeliveryOptions(), _metrics, _time, NullLogger<DeliveryService>.Instance);

    private static async Task<ImmutableArray<Recipient>> RecipientsAsync(DeliveryService service, params string[] addresses)
    {
        var recipients = ImmutableArray.CreateBuilder<Recipient>();
        foreach (var address in addresses)
            recipients.Add((await service.ResolveAsync(RecipientAddress.Parse(address), default)).Recipient!);
        return recipients.ToImmutable();
    }

    private DeliveryRequest Request(ImmutableArray<Recipient> recipients) =>
        new("sender@example.org", recipients, Message, _time.GetUtcNow(), "session", "lmtp", "192.0.2.1");

    // Moves the clock while the delivery waits for it.
    private async Task DriveAsync(Task delivery) => await Poll.UntilAsync(() =>
    {
        if (_time.ArmedTimers > 0)
            _time.Advance(TimeSpan.FromMilliseconds(100));
        return delivery.IsCompleted;
    });

    private sealed class Directory : IRecipientDirectory
    {
        public HashSet<string> Users { get; } = ["alice@example.com", "bob+owner@example.com", "local"];

        public bool Unavailable { get; set; }

        public ValueTask<AccountId?> FindAsync(string name, CancellationToken cancellationToken)
        {
            if (Unavailable)
                throw new RecipientDirectoryUnavailableException("away");
            return new(Users.Contains(name.ToLowerInvariant()) ? AccountId.Create(name) : null);
        }
    }

    private sealed class Check(Func<Recipient, DeliveryOutcome?> answer) : IDeliveryCheck
    {
        public async ValueTask<DeliveryOutcome?> CheckAsync(Recipient recipient, DeliveryRequest request, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return answer(recipient);
        }
    }

    private sealed class RefusingMailboxes(RefusalReason reason) : IMailboxClient
    {
        public List<CommandId> Commands { get; } = [];

        public ValueTask<TResult> SendAsync<TResult>(
            AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken)
        {
            Commands.Add(context.Id);
            throw new MailboxRefusedException(reason, "refused");
        }

        public SentCommand<TResult> Begin<TResult>(
            AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<OpenedFolder> OpenFolderAsync(AccountId account, FolderName folder, bool takeRecent, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    /// <summary>The folder is there when it is listed and gone when it is written to.</summary>
    private sealed class VanishingFolder(IMailboxClient inner) : IMailboxClient
    {
        public async ValueTask<TResult> SendAsync<TResult>(
            AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken)
        {
            if (command is DeliverMessage deliver && deliver.Filings[0] is { Folder.IsInbox: false } filing)
            {
                await inner.SendAsync(
                    account, new DeleteFolder(filing.Folder), new CommandContext(CommandId.New(TimeProvider.System), "", "test", ""), cancellationToken);
            }

            return await inner.SendAsync(account, command, context, cancellationToken);
        }

        public SentCommand<TResult> Begin<TResult>(
            AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken) =>
            inner.Begin(account, command, context, cancellationToken);

        public ValueTask<OpenedFolder> OpenFolderAsync(AccountId account, FolderName folder, bool takeRecent, CancellationToken cancellationToken) =>
            inner.OpenFolderAsync(account, folder, takeRecent, cancellationToken);
    }
}
