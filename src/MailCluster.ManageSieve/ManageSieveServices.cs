using MailCluster.Edge;
using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.ManageSieve;

/// <summary>What all ManageSieve sessions of a node share.</summary>
public sealed class ManageSieveServices(
    ManageSieveOptions options,
    EdgeServices edge,
    LoginService login,
    IMailboxClient mailboxes,
    IScriptChecker checker,
    ManageSieveMetrics metrics,
    ILoggerFactory loggers)
{
    public ManageSieveOptions Options { get; } = options;

    public EdgeServices Edge { get; } = edge;

    public LoginService Login { get; } = login;

    public IMailboxClient Mailboxes { get; } = mailboxes;

    public IScriptChecker Checker { get; } = checker;

    internal ManageSieveMetrics Metrics { get; } = metrics;

    internal ILogger Log { get; } = loggers.CreateLogger("MailCluster.ManageSieve");
}
