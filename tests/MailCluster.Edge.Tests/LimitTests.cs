using System.Net;
using MailCluster.Auth.Abuse;
using MailCluster.Mailboxes;
using MailCluster.Testing;

namespace MailCluster.Edge.Tests;

public sealed class LimitTests
{
    private static readonly EdgeLimits Roomy = new();

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("0.0.0.1", "0:0:0:1::", false)]
    public async Task Connections_of_one_address_are_limited(string first, string second, bool same)
    {
        using var edge = new EdgeFixture(new EdgeOptions { Limits = Roomy with { ConnectionsPerAddress = 1 } });
        var one = new InMemoryConnection(new IPEndPoint(IPAddress.Parse(first), 1)).Start(edge.Echo());
        Assert.Equal("HELLO", await one.ReadLineAsync());
        var two = new InMemoryConnection(new IPEndPoint(IPAddress.Parse(second), 2)).Start(edge.Echo());
        Assert.Equal(same ? "BYE TooManyFromAddress" : "HELLO", await two.ReadLineAsync());

        // The place is free again when the first has gone.
        await one.SendAsync("QUIT\r\n");
        await one.Handled;
        var three = new InMemoryConnection(new IPEndPoint(IPAddress.Parse(first), 3)).Start(edge.Echo());
        Assert.Equal("HELLO", await three.ReadLineAsync());
    }

    [Fact]
    public async Task All_connections_are_limited_and_a_refused_one_takes_no_place()
    {
        using var edge = new EdgeFixture(new EdgeOptions { Limits = Roomy with { Connections = 2 } });
        var one = new InMemoryConnection().Start(edge.Echo());
        var two = new InMemoryConnection().Start(edge.Echo());
        Assert.Equal("HELLO", await one.ReadLineAsync());
        Assert.Equal("HELLO", await two.ReadLineAsync());
        for (var i = 0; i < 5; i++)
            Assert.Equal("BYE TooManyConnections\r\n", await new InMemoryConnection().Start(edge.Echo()).ReadToEndAsync());
        await two.SendAsync("QUIT\r\n");
        await two.Handled;
        Assert.Equal("HELLO", await new InMemoryConnection().Start(edge.Echo()).ReadLineAsync());
    }

    [Fact]
    public async Task Connections_without_login_are_limited_until_they_log_in()
    {
        using var edge = new EdgeFixture(new EdgeOptions { Limits = Roomy with { UnauthenticatedConnections = 1 } });
        EchoHandler Handler() => new(edge.Services, new EdgeListener("echo", TlsMode.Off)) { LoginNeeded = true };
        var first = Handler();
        var one = new InMemoryConnection().Start(first);
        Assert.Equal("HELLO", await one.ReadLineAsync());
        Assert.Equal("BYE TooManyUnauthenticated\r\n", await new InMemoryConnection().Start(Handler()).ReadToEndAsync());

        Assert.True((await first.Connected).TryLogIn(AccountId.Create("alice@example.com")));
        var three = new InMemoryConnection().Start(Handler());
        Assert.Equal("HELLO", await three.ReadLineAsync());
        // The first leaves: its place was given back at login, not twice.
        await one.SendAsync("QUIT\r\n");
        await one.Handled;
        Assert.Equal("BYE TooManyUnauthenticated\r\n", await new InMemoryConnection().Start(Handler()).ReadToEndAsync());
    }

    [Fact]
    public async Task A_banned_client_is_closed_without_a_word_and_what_it_had_begun_ends()
    {
        using var edge = new EdgeFixture();
        EchoHandler Handler(bool login) => new(edge.Services, new EdgeListener("echo", TlsMode.Off)) { LoginNeeded = login };
        var from = new IPEndPoint(IPAddress.Parse("192.0.2.7"), 1);
        var guessing = new InMemoryConnection(from).Start(Handler(login: true));
        var handler = Handler(login: true);
        var loggedIn = new InMemoryConnection(from).Start(handler);
        Assert.Equal("HELLO", await guessing.ReadLineAsync());
        Assert.Equal("HELLO", await loggedIn.ReadLineAsync());
        Assert.True((await handler.Connected).TryLogIn(AccountId.Create("alice@example.com")));

        await edge.Bans.AddAsync(new Ban(ClientNetwork.Parse("192.0.2.0/24")!.Value, edge.Time.GetUtcNow(), null, "test"), default);

        await guessing.Handled;
        Assert.Equal("", await new InMemoryConnection(from).Start(Handler(login: true)).ReadToEndAsync());
        await loggedIn.SendAsync("still here\r\n");
        Assert.Equal("still here", await loggedIn.ReadLineAsync());
        // Whoever delivers mail has no password to guess.
        Assert.Equal("HELLO", await new InMemoryConnection(from).Start(Handler(login: false)).ReadLineAsync());
        Assert.Equal("HELLO", await new InMemoryConnection(new IPEndPoint(IPAddress.Parse("192.0.3.7"), 1)).Start(Handler(login: true)).ReadLineAsync());
    }

    [Fact]
    public async Task Connections_of_one_listener_are_limited()
    {
        using var edge = new EdgeFixture();
        var listener = new EchoHandler(edge.Services, new EdgeListener("echo", TlsMode.Off) { ConnectionsMax = 1 });
        var one = new InMemoryConnection().Start(listener);
        Assert.Equal("HELLO", await one.ReadLineAsync());
        Assert.Equal("BYE TooManyOnListener\r\n", await new InMemoryConnection().Start(listener).ReadToEndAsync());
        Assert.Equal("HELLO", await new InMemoryConnection().Start(edge.Echo()).ReadLineAsync());
        await one.SendAsync("QUIT\r\n");
        await one.Handled;
        Assert.Equal("HELLO", await new InMemoryConnection().Start(listener).ReadLineAsync());
    }

    [Fact]
    public async Task One_address_does_not_take_all_places_of_an_account()
    {
        using var edge = new EdgeFixture(new EdgeOptions { Limits = Roomy with { ConnectionsPerAccount = 2, ConnectionsPerAccountAndAddress = 1 } });
        var alice = AccountId.Create("alice@example.com");
        var first = await LogInAsync("192.0.2.1");
        Assert.True(first.IsLoggedIn);
        Assert.False((await LogInAsync("192.0.2.1")).IsLoggedIn);
        Assert.True((await LogInAsync("192.0.2.2")).IsLoggedIn);
        Assert.False((await LogInAsync("192.0.2.3")).IsLoggedIn);
        await first.Client.SendAsync("QUIT\r\n");
        await first.Client.Handled;
        Assert.True((await LogInAsync("192.0.2.3")).IsLoggedIn);

        async Task<(InMemoryConnection Client, bool IsLoggedIn)> LogInAsync(string address)
        {
            var handler = edge.Echo();
            var client = new InMemoryConnection(new IPEndPoint(IPAddress.Parse(address), 1)).Start(handler);
            return (client, (await handler.Connected).TryLogIn(alice));
        }
    }

    [Fact]
    public async Task Whoever_takes_a_login_back_leaves_no_place_taken()
    {
        using var edge = new EdgeFixture(new EdgeOptions { Limits = Roomy with { ConnectionsPerAccount = 1, ConnectionsPerAccountAndAddress = 1 } });
        var handler = edge.Echo();
        var client = new InMemoryConnection(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1)).Start(handler);
        var connection = await handler.Connected;
        Assert.Equal("HELLO", await client.ReadLineAsync());
        for (var login = 0; login < 3; login++)
        {
            Assert.True(connection.TryLogIn(AccountId.Create("alice@example.com")));
            connection.LogOut();
        }
    }

    [Fact]
    public async Task Connections_of_one_account_are_limited()
    {
        using var edge = new EdgeFixture(new EdgeOptions { Limits = Roomy with { ConnectionsPerAccount = 1 } });
        var handlers = new[] { edge.Echo(), edge.Echo(), edge.Echo() };
        var clients = handlers.Select(h => new InMemoryConnection().Start(h)).ToArray();
        var alice = AccountId.Create("alice@example.com");
        var first = await handlers[0].Connected;
        var second = await handlers[1].Connected;
        Assert.True(first.TryLogIn(alice));
        Assert.False(second.TryLogIn(alice));
        Assert.Null(second.Account);
        Assert.True((await handlers[2].Connected).TryLogIn(AccountId.Create("bob@example.com")));
        await clients[0].SendAsync("QUIT\r\n");
        await clients[0].Handled;
        Assert.True(second.TryLogIn(alice));
        Assert.Throws<InvalidOperationException>(() => second.TryLogIn(alice));
    }
}
