using MailCluster.Delivery.Lists;
using MailCluster.Delivery.Programs;
using MailCluster.Mailboxes;
using MailCluster.Sieve;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Filters;

/// <summary>What all runs of scripts share.</summary>
internal sealed record FilterServices(
    FilterScripts Scripts, IMailboxClient Mailboxes, SieveRunLimits Limits, SieveRunOptions RunOptions, FilterOptions Options, ScriptPrograms Programs, ScriptLists Lists,
    TimeProvider Time, ILogger Log);
