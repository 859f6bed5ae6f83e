using MailCluster.Cluster;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Tests.Support;

namespace MailCluster.Pop3.Tests.Session;

/// <summary><c>pop3.lock = exclusive</c> and <c>pop3.login-delay</c>.</summary>
public sealed class LockTests
{
    private static readonly Pop3Options Exclusive = new() { IsExclusive = true, Lease = TimeSpan.FromSeconds(60) };

    [Fact]
    public async Task Shared_sessions_do_not_mind_each_other()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        await pop3.DeliverAsync("a", "b");
        using var first = await pop3.LogInAsync();
        using var second = await pop3.LogInAsync();
        await first.AskAsync("DELE 1");
        await second.AskAsync("DELE 1");
        await second.AskAsync("DELE 2");
        Assert.Equal("+OK Goodbye, 1 messages deleted", await first.AskAsync("QUIT"));
        Assert.Equal("+OK Goodbye, 2 messages deleted", await second.AskAsync("QUIT"));
        Assert.Equal(0, (await pop3.InboxAsync()).Exists);
    }

    [Fact]
    public async Task The_second_is_told_that_the_maildrop_is_in_use_until_the_first_has_quit()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(Exclusive);
        using var first = await pop3.LogInAsync();
        Assert.Equal("-ERR [IN-USE] Another session has the maildrop", await TryAsync(pop3));
        Assert.Equal("+OK Goodbye", await first.AskAsync("QUIT"));
        Assert.Equal("+OK Logged in", await TryAsync(pop3));
    }

    [Fact]
    public async Task A_link_that_breaks_gives_the_lock_back()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(Exclusive);
        using var first = await pop3.LogInAsync();
        first.Connection.Reset();
        await first.Connection.Handled;
        Assert.Equal("+OK Logged in", await TryAsync(pop3));
    }

    [Fact]
    public async Task The_lock_of_a_silent_session_is_renewed()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(Exclusive);
        using var first = await pop3.LogInAsync();
        for (var i = 0; i < 9; i++)
        {
            pop3.Time.Advance(TimeSpan.FromSeconds(20));
            await pop3.Services.Doors.Renewals;
        }

        Assert.Equal("-ERR [IN-USE] Another session has the maildrop", await TryAsync(pop3));
        Assert.Equal("+OK Nothing done", await first.AskAsync("NOOP"));
    }

    [Fact]
    public async Task The_lock_of_a_node_that_is_gone_ends()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(Exclusive);
        var entry = await pop3.SendAsync(new EnterMaildrop(Guid.NewGuid(), TimeSpan.FromSeconds(60), TimeSpan.Zero));
        Assert.True(entry.IsAdmitted);
        pop3.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("-ERR [IN-USE] Another session has the maildrop", await TryAsync(pop3));
        pop3.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("+OK Logged in", await TryAsync(pop3));
    }

    [Theory]
    [InlineData("NOOP")]
    [InlineData("QUIT")]
    public async Task A_session_that_lost_its_lock_is_told_and_deletes_nothing(string command)
    {
        await using var pop3 = await Pop3Fixture.StartAsync(Exclusive);
        await pop3.DeliverAsync("a");
        using var first = await pop3.LogInAsync();
        await first.AskAsync("DELE 1");
        // As after a hand-over: the owner knows of no lock, and another comes in before the renewal.
        var holder = pop3.Services.Doors;
        await ForgetAsync(pop3);
        var other = Guid.NewGuid();
        Assert.True((await pop3.SendAsync(new EnterMaildrop(other, TimeSpan.FromSeconds(60), TimeSpan.Zero))).IsAdmitted);
        pop3.Time.Advance(TimeSpan.FromSeconds(20));
        await holder.Renewals;
        Assert.Equal("-ERR [IN-USE] Another session has the maildrop now; nothing was deleted", await first.AskAsync(command));
        Assert.Null(await first.ReadAsync());
        await first.Connection.Handled;
        Assert.Equal(1, (await pop3.InboxAsync()).Exists);
        // It does not take the lock from the other by leaving.
        Assert.Equal("-ERR [IN-USE] Another session has the maildrop", await TryAsync(pop3));
    }

    [Fact]
    public async Task A_login_too_soon_is_refused()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(new Pop3Options { LoginDelay = TimeSpan.FromSeconds(90) });
        using (var first = await pop3.LogInAsync())
            await first.AskAsync("QUIT");
        pop3.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("-ERR [LOGIN-DELAY] The last login was too short a time ago", await TryAsync(pop3));
        pop3.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("+OK Logged in", await TryAsync(pop3));
    }

    private static async Task<string?> TryAsync(Pop3Fixture pop3)
    {
        using var client = pop3.Connect();
        await client.ReadAsync();
        await client.AskAsync("USER alice");
        var answer = await client.AskAsync("PASS alice");
        if (answer!.StartsWith("-ERR", StringComparison.Ordinal))
            Assert.Null(await client.ReadAsync());
        else
            await client.AskAsync("QUIT");
        await client.Connection.Handled;
        return answer;
    }

    private static Task ForgetAsync(Pop3Fixture pop3)
    {
        var region = pop3.Mailboxes.Region;
        return region.HandOffAsync(region.ShardOf(new EntityId(Pop3Fixture.Alice.Value)));
    }
}
