using System.Net;
using System.Net.Sockets;
using MailCluster.Pop3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MailCluster.Pop3.Tests.Support;

/// <summary>The handler behind a real socket of the connection server.</summary>
internal sealed class SocketServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SocketServer(WebApplication app) => _app = app;

    public static async Task<SocketServer> StartAsync(Pop3ConnectionHandler handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(handler);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseConnectionHandler<Pop3ConnectionHandler>()));
        var app = builder.Build();
        await app.StartAsync();
        return new SocketServer(app);
    }

    public async Task<Pop3Client> ConnectAsync(bool byteByByte = false)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(_app.Urls.First()).Port);
        return new Pop3Client(new NetworkStream(socket, ownsSocket: true)) { IsByteByByte = byteByByte };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
