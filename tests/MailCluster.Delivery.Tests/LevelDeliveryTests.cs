using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Tests;

/// <summary>Deliveries to accounts that may be on nodes of the release before, which know of appending and not of <see cref="DeliverMessage"/>.</summary>
public sealed class LevelDeliveryTests : IAsyncLifetime, IDisposable
{
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");
    private readonly DeliveryMetrics _metrics = new();
    private InMemoryMailboxes _mailboxes = null!;
    private ReleaseBefore _before = null!;

    public async Task InitializeAsync()
    {
        _mailboxes = await InMemoryMailboxes.StartAsync();
        _before = new ReleaseBefore(_mailboxes.Client);
        await CreateAsync("lists");
    }

    public Task DisposeAsync() => _mailboxes.DisposeAsync().AsTask();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task A_message_is_appended()
    {
        Assert.Equal(DeliveryStatus.Delivered, await DeliverAsync(""));
        Assert.Equal(DeliveryStatus.Delivered, await DeliverAsync("lists"));
        Assert.Equal((1, 1), (await CountAsync("INBOX"), await CountAsync("lists")));
        Assert.Equal([typeof(AppendMessages), typeof(ListFolders), typeof(AppendMessages)], _before.Sent.Select(sent => sent.Command));
    }

    [Fact]
    public async Task A_folder_that_goes_meanwhile_leaves_INBOX_by_another_command()
    {
        _before.BeforeAppend = () => DeleteAsync("lists");
        Assert.Equal(DeliveryStatus.Delivered, await DeliverAsync("lists"));
        Assert.Equal(1, await CountAsync("INBOX"));
        Assert.Equal(2, _before.Sent.Where(sent => sent.Command == typeof(AppendMessages)).Select(sent => sent.Id).Distinct().Count());
    }

    [Fact]
    public async Task An_append_whose_answer_was_lost_is_not_run_twice()
    {
        _before.LosesAnswers = 1;
        Assert.Equal(DeliveryStatus.Delivered, await DeliverAsync(""));
        Assert.Equal(1, await CountAsync("INBOX"));
        Assert.Single(_before.Sent.Select(sent => sent.Id).Distinct());
        Assert.Equal(2, _before.Sent.Count);
    }

    [Fact]
    public async Task A_delivery_that_was_begun_below_the_level_ends_as_it_began()
    {
        _before.LosesAnswers = 1;
        _before.BeforeAppend = () =>
        {
            _before.Level = MailboxLevel.Filtering;
            return Task.CompletedTask;
        };
        Assert.Equal(DeliveryStatus.Delivered, await DeliverAsync(""));
        Assert.Equal(1, await CountAsync("INBOX"));
        Assert.All(_before.Sent, sent => Assert.Equal(typeof(AppendMessages), sent.Command));

        _before.BeforeAppend = null;
        Assert.Equal(DeliveryStatus.Delivered, await DeliverAsync(""));
        Assert.Equal(typeof(DeliverMessage), _before.Sent[^1].Command);
    }

    private async Task<DeliveryStatus> DeliverAsync(string detail)
    {
        var time = new ManualTimeProvider();
        var service = new DeliveryService(
            new Everybody(), new MessageIntake(_mailboxes.Bodies, MimeLimits.Default), _before, [], new DeliveryOptions { SaveToDetailFolder = true },
            _metrics, time, NullLogger<DeliveryService>.Instance);
        var recipient = new Recipient(RecipientAddress.Parse(Alice.Value), Alice, detail);
        var request = new DeliveryRequest(
            "sender@example.org", [recipient], Encoding.ASCII.GetBytes("Subject: Hi\r\n\r\nbody\r\n"), time.GetUtcNow(), "session", "lmtp", "192.0.2.1");
        var delivery = service.DeliverAsync(request, default).AsTask();
        await Poll.UntilAsync(() =>
        {
            if (time.ArmedTimers > 0)
                time.Advance(TimeSpan.FromMilliseconds(100));
            return delivery.IsCompleted;
        });
        return (await delivery)[0].Status;
    }

    private async Task<int> CountAsync(string folder) =>
        (await _mailboxes.Client.SendAsync(Alice, new DescribeFolder(FolderName.Create(folder)), CommandContext.None, default)).Messages;

    private async Task CreateAsync(string folder) =>
        await _mailboxes.Client.SendAsync(Alice, new CreateFolder(FolderName.Create(folder)), CommandContext.None, default);

    private async Task DeleteAsync(string folder) =>
        await _mailboxes.Client.SendAsync(Alice, new DeleteFolder(FolderName.Create(folder)), CommandContext.None, default);

    private sealed class Everybody : IRecipientDirectory
    {
        public ValueTask<AccountId?> FindAsync(string name, CancellationToken cancellationToken) => new(AccountId.Create(name));
    }

    /// <summary>The way to an account on a node of the release before: a request that it cannot read is an error there, as it was.</summary>
    private sealed class ReleaseBefore(IMailboxClient inner) : IMailboxClient
    {
        public int Level { get; set; } = MailboxLevel.Filtering - 1;

        public List<(Type Command, CommandId Id)> Sent { get; } = [];

        public Func<Task>? BeforeAppend { get; set; }

        public int LosesAnswers { get; set; }

        public async ValueTask<TResult> SendAsync<TResult>(
            AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken)
        {
            Sent.Add((command.GetType(), context.Id));
            if (Level < MailboxLevel.Filtering && command is not (AppendMessages or ListFolders))
                throw new InvalidDataException("A later release sent a request of a kind that this one does not know.");
            if (command is AppendMessages && BeforeAppend is { } before)
            {
                BeforeAppend = null;
                await before();
            }

            var result = await inner.SendAsync(account, command, context, cancellationToken);
            return command is AppendMessages && LosesAnswers-- > 0
                ? throw new MailboxRefusedException(RefusalReason.Unavailable, "the answer was lost")
                : result;
        }

        public SentCommand<TResult> Begin<TResult>(
            AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken) =>
            inner.Begin(account, command, context, cancellationToken);

        public ValueTask<OpenedFolder> OpenFolderAsync(AccountId account, FolderName folder, bool takeRecent, CancellationToken cancellationToken) =>
            inner.OpenFolderAsync(account, folder, takeRecent, cancellationToken);
    }
}
