using MailCluster.Delivery.Lists;
using MailCluster.Delivery.Programs;
using MailCluster.Delivery.Reports;
using MailCluster.Mailboxes;
using MailCluster.Sieve;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Filters;

/// <summary>The scripts of a node's deliveries.</summary>
public sealed class DeliveryFilter
{
    private readonly FilterServices _services;

    public DeliveryFilter(
        IMailboxClient mailboxes, SieveCompiler compiler, SieveRunLimits limits, SieveRunOptions runOptions, FilterOptions options, TimeProvider time,
        ILogger<DeliveryFilter> log, ScriptPrograms? programs = null, ScriptLists? lists = null) =>
        _services = new FilterServices(
            new FilterScripts(mailboxes, compiler, options, time), mailboxes, limits, runOptions, options, programs ?? ScriptPrograms.None, lists ?? ScriptLists.None, time, log);

    /// <summary>The same scripts, tried out.</summary>
    public ScriptTrials Trials => new(_services);

    internal FilterServices Services => _services;

    /// <exception cref="MailboxRefusedException">The account cannot be asked now.</exception>
    internal async ValueTask<FilterPlan> PlanAsync(
        Recipient recipient, DeliveryRequest request, FolderName keepFolder, PipesDone pipes, CancellationToken cancellationToken)
    {
        var plan = await new FilterRun(recipient, request, keepFolder, pipes, _services).PlanAsync(cancellationToken);
        new SenderReports(recipient, request, _services).AddDelivered(plan);
        return plan;
    }
}
