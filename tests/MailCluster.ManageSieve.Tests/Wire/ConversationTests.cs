using System.Net;
using System.Net.Sockets;
using System.Text;
using MailCluster.ManageSieve.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace MailCluster.ManageSieve.Tests.Wire;

/// <summary>The corpus against sessions: all at once, one byte at a time, over a socket.</summary>
public sealed class ConversationTests
{
    public static TheoryData<string> Names => [.. Conversations.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task All_at_once(string name)
    {
        await using var fixture = await ManageSieveFixture.StartAsync();
        var client = fixture.Connect();
        await client.SendAsync(Conversations.All[name].Client);
        client.CloseOutput();
        Assert.Equal(Conversations.Greeting + Conversations.All[name].Server, await client.ReadToEndAsync());
        await client.Handled;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task One_byte_at_a_time(string name)
    {
        await using var fixture = await ManageSieveFixture.StartAsync();
        var client = fixture.Connect();
        await client.SendByteByByteAsync(Conversations.All[name].Client);
        client.CloseOutput();
        Assert.Equal(Conversations.Greeting + Conversations.All[name].Server, await client.ReadToEndAsync());
        await client.Handled;
    }

    [Fact]
    public async Task Over_a_socket()
    {
        foreach (var (name, (sent, answered)) in Conversations.All)
        {
            await using var fixture = await ManageSieveFixture.StartAsync();
            await using var server = await ServeAsync(fixture);
            using var client = new TcpClient();
            var address = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            await client.ConnectAsync(IPAddress.Loopback, address.Port);
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var text = reader.ReadToEndAsync();
            await stream.WriteAsync(Encoding.Latin1.GetBytes(sent));
            client.Client.Shutdown(SocketShutdown.Send);
            Assert.True(Conversations.Greeting + answered == await text, name + ": " + await text);
        }
    }

    private static async Task<WebApplication> ServeAsync(ManageSieveFixture fixture)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, endpoint => endpoint.Run(fixture.Handler().OnConnectedAsync)));
        var app = builder.Build();
        await app.StartAsync();
        return app;
    }
}
