using MailCluster.Mailboxes;
using MailCluster.Sieve;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Filters;

/// <summary>What all runs of scripts share.</summary>
internal sealed record FilterServices(
    FilterScripts Scripts, IMailboxClient Mailboxes, SieveRunLimits Limits, SieveRunOptions RunOptions, FilterOptions Options, TimeProvider Time, ILogger Log);
