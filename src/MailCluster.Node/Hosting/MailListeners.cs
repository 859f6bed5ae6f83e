using MailCluster.Edge;
using MailCluster.Imap;
using MailCluster.Lmtp;
using MailCluster.Lmtp.QuotaStatus;
using MailCluster.ManageSieve;
using MailCluster.Node.Configuration;
using MailCluster.Pop3;
using Microsoft.Extensions.DependencyInjection;

namespace MailCluster.Node.Hosting;

/// <summary>Who serves which mail listener.</summary>
internal static class MailListeners
{
    /// <summary>A handler for each mail listener that is enabled, in the order in which they are shown.</summary>
    public static IReadOnlyList<(ListenerOptions Listener, EdgeConnectionHandler Handler)> Handlers(NodeOptions options, IServiceProvider services)
    {
        var edge = services.GetRequiredService<EdgeServices>();
        var imap = services.GetRequiredService<ImapServices>();
        var pop3 = services.GetRequiredService<Pop3Services>();
        var handlers = new List<(ListenerOptions, EdgeConnectionHandler)>();
        Add(options.Listeners.Imap, listener => new ImapConnectionHandler(imap, edge, listener));
        Add(options.Listeners.Imaps, listener => new ImapConnectionHandler(imap, edge, listener));
        Add(options.Listeners.Pop3, listener => new Pop3ConnectionHandler(pop3, edge, listener));
        Add(options.Listeners.Pop3s, listener => new Pop3ConnectionHandler(pop3, edge, listener));
        Add(options.Listeners.Lmtp, listener => ActivatorUtilities.CreateInstance<LmtpConnectionHandler>(services, listener));
        Add(options.Listeners.QuotaStatus, listener => ActivatorUtilities.CreateInstance<QuotaStatusConnectionHandler>(services, listener));
        Add(options.Listeners.ManageSieve, listener => ActivatorUtilities.CreateInstance<ManageSieveConnectionHandler>(services, listener));
        return handlers;

        void Add(ListenerOptions listener, Func<EdgeListener, EdgeConnectionHandler> make)
        {
            if (listener.IsEnabled)
            {
                handlers.Add((listener, make(options.Listeners.ToEdge(listener))));
            }
        }
    }
}
