using System.Net;
using System.Net.Security;
using MailCluster.Edge;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace MailCluster.Node.Listeners;

/// <summary>Marks a connection of the admin socket, so that what may be done there can be done nowhere else.</summary>
internal sealed class AdminConnection
{
    public static readonly AdminConnection Instance = new();
}

/// <summary>Tells the connection server where to listen and who serves each door.</summary>
internal sealed class ListenerBinder(NodeOptions options, ITlsCertificateSource certificates)
{
    /// <summary>Probes and scrapers need a handful; each costs an open file, which mail needs too.</summary>
    private const int HttpConnectionsMax = 256;

    private readonly List<BoundListener> _bound = [];
    private int _httpConnections;

    /// <summary>Every door, in the order in which they are shown.</summary>
    public IReadOnlyList<BoundListener> Bound => _bound;

    /// <param name="kestrel">Before the start.</param>
    /// <param name="handlers">One per mail listener that is enabled.</param>
    public void Bind(KestrelServerOptions kestrel, IReadOnlyList<(ListenerOptions Listener, EdgeConnectionHandler Handler)> handlers)
    {
        kestrel.AddServerHeader = false;
        foreach (var (listener, handler) in handlers)
        {
            // Edge does TLS itself, implicit and STARTTLS alike.
            Listen(kestrel, listener, bound => bound.Run(handler.OnConnectedAsync));
        }
        if (options.Listeners.Http is { IsEnabled: true } http)
        {
            Listen(kestrel, http, BindHttp);
        }
        if (options.Listeners.Admin is { IsEnabled: true } admin)
        {
            BindAdmin(kestrel, admin.Socket);
        }
    }

    /// <summary>After the start: the admin socket is the owner's alone.</summary>
    public void ProtectAdminSocket()
    {
        if (options.Listeners.Admin is { IsEnabled: true, Socket: var socket } && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private void Listen(KestrelServerOptions kestrel, ListenerOptions listener, Action<ListenOptions> serve)
    {
        void Configure(ListenOptions bound)
        {
            serve(bound);
            _bound.Add(new BoundListener(listener.Name, bound, listener.Tls));
        }

        if (listener.Address is null)
        {
            kestrel.ListenAnyIP(listener.Port, Configure);
        }
        else
        {
            kestrel.Listen(new IPEndPoint(listener.Address, listener.Port), Configure);
        }
    }

    private void BindHttp(ListenOptions bound)
    {
        bound.Use(next => connection => CountedAsync(next, connection));
        bound.Protocols = HttpProtocols.Http1;
        if (options.Listeners.Http.Tls == ListenerTls.Implicit)
        {
            bound.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = context => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificates.Find(context.ClientHelloInfo.ServerName),
                    EnabledSslProtocols = options.Tls.Protocols,
                }),
            });
        }
    }

    private async Task CountedAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        try
        {
            if (Interlocked.Increment(ref _httpConnections) <= HttpConnectionsMax)
            {
                await next(connection);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _httpConnections);
        }
    }

    private void BindAdmin(KestrelServerOptions kestrel, string socket)
    {
        try
        {
            // Left by a process that was killed; the lock on the data directory says that it is gone. Anything else at that path stays.
            Directory.CreateDirectory(Path.GetDirectoryName(socket)!);
            if (File.Exists(socket) && new FileInfo(socket).Length == 0)
            {
                File.Delete(socket);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"the admin socket {socket} cannot be made: {error.Message}", error);
        }
        kestrel.ListenUnixSocket(socket, bound =>
        {
            bound.Protocols = HttpProtocols.Http1;
            bound.Use(next => connection =>
            {
                connection.Features.Set(AdminConnection.Instance);
                return next(connection);
            });
            _bound.Add(new BoundListener("admin", bound, ListenerTls.Off));
        });
    }
}
