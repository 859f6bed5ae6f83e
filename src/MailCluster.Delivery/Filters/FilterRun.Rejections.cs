using System.Text;
using MailCluster.Delivery.Reports;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

// reject and ereject (RFC 5429). The answer to whoever brings the message is the best refusal: nobody who did not send it hears of it, and it is what LMTP has. A message
// to the sender takes its place where the caller has nobody to answer (mailctl deliver), and for a reject whose words an answer cannot carry (§2.2). If such a message cannot
// or should not be sent, the answer is what is left: then it is the caller who knows that the message was not taken. No message is ever lost without a word.

/// <summary>reject and ereject.</summary>
internal sealed partial class FilterRun
{
    /// <summary>A sender is sent one refusal in this time; what breaks a loop with a machine that answers to From, and spares whose address is forged.</summary>
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromHours(1);

    private async ValueTask RejectAsync(SieveReject reject, string messageId, CancellationToken cancellationToken)
    {
        FilterLog.Rejected(services.Log, recipient.Account, request.Session, reject.Reason);
        var needsWords = !reject.IsEreject && !Ascii.IsValid(reject.Reason);
        if ((request.Refusal == RefusalForm.Report || needsWords) && await MayReportAsync(reject, cancellationToken))
        {
            _plan.IsRefusedByMail = true;
            new SenderReports(recipient, request, services).AddRejected(_plan, reject, messageId);
        }
        else
        {
            _plan.Rejection = reject.Reason;
        }
    }

    private async ValueTask<bool> MayReportAsync(SieveReject reject, CancellationToken cancellationToken)
    {
        var problem = ReasonNotToWrite(reject.Message.Root);
        if (problem is null)
        {
            var key = MarkKey.Of("refusal", request.Sender.ToLowerInvariant());
            if (!await _host.IsMarkedAsync(key, cancellationToken))
            {
                _plan.Marks.Add(new DeliveryMark(key, services.Time.GetUtcNow() + s_reportInterval));
                return true;
            }

            problem = "the sender was sent one lately";
        }

        // RFC 5429 §2.1: to be logged, with the reason.
        FilterLog.NoReport(services.Log, recipient.Account, request.Session, problem);
        return false;
    }
}
