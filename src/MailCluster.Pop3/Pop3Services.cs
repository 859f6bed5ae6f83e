using MailCluster.Bodies;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Session;
using Microsoft.Extensions.Logging;

namespace MailCluster.Pop3;

/// <summary>What all POP3 sessions of a node share.</summary>
public sealed class Pop3Services : IDisposable
{
    public Pop3Services(
        Pop3Options options,
        EdgeServices edge,
        LoginService login,
        IMailboxClient mailboxes,
        IBodyStore bodies,
        Pop3Metrics metrics,
        ILoggerFactory loggers)
    {
        Options = options;
        Edge = edge;
        Login = login;
        Mailboxes = mailboxes;
        Bodies = bodies;
        Metrics = metrics;
        Log = loggers.CreateLogger("MailCluster.Pop3");
        Doors = new MaildropHolds(mailboxes, options.Lease, edge.Time, Log);
        Sizes = new SentSizes(bodies);
    }

    public Pop3Options Options { get; }

    internal EdgeServices Edge { get; }

    internal LoginService Login { get; }

    internal IMailboxClient Mailboxes { get; }

    internal IBodyStore Bodies { get; }

    internal Pop3Metrics Metrics { get; }

    internal ILogger Log { get; }

    /// <summary>The maildrops that sessions of this node have alone.</summary>
    internal MaildropHolds Doors { get; }

    internal SentSizes Sizes { get; }

    internal TimeProvider Time => Edge.Time;

    public void Dispose() => Doors.Dispose();
}
