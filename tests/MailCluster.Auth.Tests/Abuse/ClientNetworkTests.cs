using System.Net;
using MailCluster.Auth.Abuse;

namespace MailCluster.Auth.Tests.Abuse;

public sealed class ClientNetworkTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void A_client_is_an_IPv4_address_or_an_IPv6_prefix(string address, string network) =>
        Assert.Equal(network, ClientNetwork.Of(IPAddress.Parse(address), 64).ToString());

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.0/24")]
    [InlineData("192.0.2.7/32", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.0/24")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("::/0", "::/0")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    public void Networks_are_read_and_shown(string text, string shown)
    {
        var network = ClientNetwork.Parse(text)!.Value;

        Assert.Equal(shown, network.ToString());
        Assert.Equal(network, ClientNetwork.Parse(network.ToString()));
        Span<byte> octets = stackalloc byte[ClientNetwork.Size];
        network.Write(octets);
        Assert.Equal(network, ClientNetwork.Read(octets));
    }

    [Theory]
    [InlineData("")]
    [InlineData("192.0.2.0/33")]
    [InlineData("mail.example.org")]
    public void Anything_else_is_none(string text) => Assert.Null(ClientNetwork.Parse(text));

    [Fact]
    public void A_table_finds_the_longest_ban_of_the_right_family()
    {
        var table = BanTable.Of(new[] { "192.0.2.0/24", "192.0.2.7", "::/0", "2001:db8::/32" }
            .Select(text => new Ban(ClientNetwork.Parse(text)!.Value, default, null, text)));

        Assert.Equal("192.0.2.7", Find("192.0.2.7"));
        Assert.Equal("192.0.2.0/24", Find("192.0.2.8"));
        Assert.Null(Find("192.0.3.7"));
        Assert.Equal("2001:db8::/32", Find("2001:db8:ffff::1"));
        Assert.Equal("::/0", Find("2001:db9::1"));
        Assert.Null(BanTable.Of(table.Bans).Without(ClientNetwork.Parse("::/0")!.Value).Find(Of("2001:db9::1")));

        string? Find(string address) => table.Find(Of(address))?.Reason;
        static ClientNetwork Of(string address) => ClientNetwork.Of(IPAddress.Parse(address), 128);
    }
}
