using MailCluster.Edge.Transport;
using MailCluster.Node.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

/// <summary>How the connection server treats sockets.</summary>
internal static class MailTransport
{
    /// <summary>Connections that wait to be accepted: after a restart all clients come back within a second or two.</summary>
    private const int AcceptBacklog = 4096;

    /// <summary>
    /// Bytes of a connection that are read from the socket before its session takes them; past it the client waits. A client that sends commands and
    /// reads no answers holds so much. Enough for a transfer to go on while a session is busy; the default is 1 MiB.
    /// </summary>
    private const long ReadAheadMax = 128 * 1024;

    /// <summary>
    /// Two threads may be kept by the disk at any time: whoever writes to the journal and whoever writes a pack do it on their own
    /// thread when nobody else does. The pool would notice only after half a second that it lacks them.
    /// </summary>
    private const int DiskWriters = 2;

    /// <summary>Puts the node's own transport before the framework's, where it is to be and can be. The framework's still serves Unix sockets.</summary>
    public static void Add(IServiceCollection services, SocketTransport transport, TimeSpan busyWait)
    {
        if (transport == SocketTransport.Poller && PolledListenerFactory.IsAvailable)
        {
            // With one processor a client could not answer before the thread that waits for it sleeps.
            var awake = Environment.ProcessorCount > 1 ? busyWait : TimeSpan.Zero;
            services.AddSingleton<IConnectionListenerFactory>(provider => new PolledListenerFactory(
                AcceptBacklog, awake, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        }
    }

    public static void Configure(SocketTransportOptions sockets)
    {
        sockets.Backlog = AcceptBacklog;
        sockets.MaxReadBufferSize = ReadAheadMax;

        // Sessions run on the pool's thread that has read from the socket, and write to it themselves, instead of passing each piece from thread to thread
        // and back: that costs more than most commands do. "Unsafe" is for applications that would hold up the thread that watches all sockets;
        // here that one hands each socket to the pool, and a session keeps no more than its own.
        sockets.UnsafePreferInlineScheduling = true;
    }

    /// <summary>Makes room in the thread pool for the threads that wait for the disk. Once, at the start.</summary>
    public static void PrepareThreadPool()
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + DiskWriters), completions);
    }
}
