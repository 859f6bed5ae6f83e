using MailCluster.Bodies;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using Microsoft.Extensions.Logging;

namespace MailCluster.Imap;

/// <summary>What all IMAP sessions of a node share.</summary>
public sealed class ImapServices(
    ImapOptions options,
    EdgeServices edge,
    LoginService login,
    IMailboxClient mailboxes,
    IBodyStore bodies,
    MimeLimits mimeLimits,
    ImapMetrics metrics,
    ILoggerFactory loggers)
{
    public ImapOptions Options { get; } = options;

    internal EdgeServices Edge { get; } = edge;

    internal LoginService Login { get; } = login;

    internal IMailboxClient Mailboxes { get; } = mailboxes;

    internal IBodyStore Bodies { get; } = bodies;

    internal MessageIntake Intake { get; } = new(bodies, mimeLimits);

    /// <summary>Those the node reads messages with: a summary made again must come out as it was.</summary>
    internal MimeLimits MimeLimits { get; } = mimeLimits;

    internal ImapMetrics Metrics { get; } = metrics;

    internal ILogger Log { get; } = loggers.CreateLogger("MailCluster.Imap");

    internal TimeProvider Time => Edge.Time;

    internal MessageSpoolFactory Spools => Edge.Spools;
}
