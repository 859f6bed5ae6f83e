using MailCluster.Mailboxes;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Tests.Quotas;

public sealed class QuotaDoorTests
{
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");
    private readonly ManualTimeProvider _time = new();
    private readonly ScriptedMailboxes _mailboxes = new();
    private readonly QuotaDoor _door;

    public QuotaDoorTests() => _door = new QuotaDoor(_mailboxes, _time, NullLogger<QuotaDoor>.Instance);

    [Fact]
    public async Task An_account_with_plenty_of_room_is_not_asked_for_each_message()
    {
        _mailboxes.Room = 16_000;

        Assert.True(await _door.HasRoomAsync(Alice, 1000, default));
        Assert.True(await _door.HasRoomAsync(Alice, 1000, default));
        Assert.Equal(1, _mailboxes.Questions);
        Assert.True(await _door.HasRoomAsync(Alice, 1001, default));
        Assert.False(await _door.HasRoomAsync(Alice, 16_001, default));
        Assert.Equal(3, _mailboxes.Questions);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await _door.HasRoomAsync(Alice, 1000, default));
        Assert.Equal(4, _mailboxes.Questions);
    }

    [Theory]
    [InlineData(-1, 0, false)]
    [InlineData(0, 0, false)]
    [InlineData(1, 0, true)]
    [InlineData(QuotaLimits.None, long.MaxValue, true)]
    public async Task Room_is_what_the_message_needs(long room, long bytes, bool expected)
    {
        _mailboxes.Room = room;

        Assert.Equal(expected, await _door.HasRoomAsync(Alice, bytes, default));
    }

    [Fact]
    public async Task Who_made_room_is_seen_at_once()
    {
        _mailboxes.Room = -1;
        Assert.False(await _door.HasRoomAsync(Alice, 10, default));
        _mailboxes.Room = 100;
        Assert.True(await _door.HasRoomAsync(Alice, 10, default));
    }

    [Fact]
    public async Task What_cannot_be_told_is_left_to_the_delivery()
    {
        _mailboxes.Failure = new MailboxRefusedException(RefusalReason.Unavailable, "away");
        Assert.True(await _door.HasRoomAsync(Alice, 10, default));

        _mailboxes.Failure = null;
        _mailboxes.Silent = true;
        var asked = _door.HasRoomAsync(Alice, 10, default).AsTask();
        Assert.False(asked.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await asked);
    }

    private sealed class ScriptedMailboxes : IMailboxClient
    {
        public long Room { get; set; }

        public Exception? Failure { get; set; }

        public bool Silent { get; set; }

        public int Questions { get; private set; }

        public async ValueTask<TResult> SendAsync<TResult>(
            AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken)
        {
            Assert.IsType<DescribeQuota>(command);
            Questions++;
            if (Failure is not null)
                throw Failure;
            if (Silent)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return (TResult)(object)new QuotaInfo(0, null, QuotaSource.None, 0, null, QuotaSource.None, Room, false);
        }

        public SentCommand<TResult> Begin<TResult>(
            AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nobody begins anything here.");

        public ValueTask<OpenedFolder> OpenFolderAsync(AccountId account, FolderName folder, bool takeRecent, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nobody opens anything here.");
    }
}
