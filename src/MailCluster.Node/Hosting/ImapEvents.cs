using MailCluster.Bodies;
using MailCluster.Delivery;
using MailCluster.Delivery.Events;
using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using MailCluster.Node.Configuration;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

/// <summary>From the configuration to what runs scripts on what IMAP does.</summary>
internal static class ImapEvents
{
    /// <summary>Null: there are none. What waits from before, when there were, goes on waiting.</summary>
    public static ScriptEventOptions? ToRules(this ImapEventSettings settings) => settings.IsEnabled
        ? new ScriptEventOptions { Rules = [.. settings.Rules], QueueMax = settings.Queue, HasUserScripts = settings.Url is not null }
        : null;

    /// <summary>Null: there are none.</summary>
    public static EventScripts? Start(
        ImapEventSettings settings, DeliveryFilter filter, NodeMailboxes mailboxes, IBodyStore bodies, MessageIntake intake, TimeProvider time, ILoggerFactory loggers)
    {
        if (settings.ToRules() is not { } rules)
        {
            return null;
        }
        var options = new EventScriptOptions
        {
            ExpungesDiscarded = settings.ExpungesDiscarded,
            AccountsMax = settings.Accounts,
            GiveUpAfter = settings.GiveUp,
        };
        var scripts = EventScripts.Start(filter, mailboxes.OutboxRegister, mailboxes.Client, bodies, intake, rules, options, time, loggers);
        mailboxes.ScriptTaskSignal.Attach(scripts);
        return scripts;
    }
}
