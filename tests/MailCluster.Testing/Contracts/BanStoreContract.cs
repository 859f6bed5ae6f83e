using MailCluster.Auth.Abuse;
using Xunit;

namespace MailCluster.Testing.Contracts;

/// <summary>What every <see cref="IBanStore"/> keeps.</summary>
public abstract class BanStoreContract
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    /// <summary>An empty store; called again it is the same one, opened anew.</summary>
    protected abstract ValueTask<IBanStore> OpenAsync();

    [Fact]
    public async Task What_was_put_is_there_after_it_was_opened_again()
    {
        Ban[] bans =
        [
            Of("192.0.2.7", s_now.AddHours(1), "30 wrong passwords"),
            Of("198.51.100.0/24", null, "by hand: \"räudig\"  two blanks"),
            Of("2001:db8:1:2::/64", s_now.AddDays(2), ""),
            Of("2001:db8::1", s_now.AddSeconds(1), "one address"),
        ];
        var store = await OpenAsync();
        foreach (var ban in bans)
            await store.PutAsync(ban, s_now, default);

        store = await OpenAsync();

        Assert.Equal(bans.ToHashSet(), [.. await store.ListAsync(s_now, default)]);
    }

    [Fact]
    public async Task The_last_ban_of_a_network_counts()
    {
        var store = await OpenAsync();
        await store.PutAsync(Of("192.0.2.7", null, "for ever"), s_now, default);
        await store.PutAsync(Of("192.0.2.0/24", null, "all of them"), s_now, default);
        await store.PutAsync(Of("192.0.2.7", s_now.AddMinutes(1), "not so long"), s_now, default);

        Assert.Equal(["all of them", "not so long"], (await store.ListAsync(s_now, default)).Select(ban => ban.Reason).Order());
    }

    [Fact]
    public async Task A_ban_that_is_over_is_not_there()
    {
        var store = await OpenAsync();
        await store.PutAsync(Of("192.0.2.7", s_now.AddMinutes(1), ""), s_now, default);
        await store.PutAsync(Of("192.0.2.8", s_now.AddMinutes(2), ""), s_now, default);

        Assert.Equal(["192.0.2.8"], (await store.ListAsync(s_now.AddMinutes(1), default)).Select(ban => ban.Network.ToString()));

        // What is over may go when another is put, and nothing else.
        await store.PutAsync(Of("192.0.2.9", s_now.AddMinutes(3), ""), s_now.AddMinutes(1), default);
        Assert.Equal(["192.0.2.8", "192.0.2.9"], (await store.ListAsync(s_now.AddMinutes(1), default)).Select(ban => ban.Network.ToString()).Order());
    }

    [Fact]
    public async Task A_ban_is_lifted_for_its_very_network()
    {
        var store = await OpenAsync();
        await store.PutAsync(Of("192.0.2.7", null, ""), s_now, default);

        Assert.False(await store.RemoveAsync(ClientNetwork.Parse("192.0.2.0/24")!.Value, default));
        Assert.True(await store.RemoveAsync(ClientNetwork.Parse("192.0.2.7/32")!.Value, default));
        Assert.False(await store.RemoveAsync(ClientNetwork.Parse("192.0.2.7")!.Value, default));
        Assert.Empty(await (await OpenAsync()).ListAsync(s_now, default));
    }

    private static Ban Of(string network, DateTimeOffset? until, string reason) => new(ClientNetwork.Parse(network)!.Value, s_now, until, reason);
}
