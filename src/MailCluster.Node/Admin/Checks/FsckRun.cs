using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Admin.Checks;

/// <summary>One check: what it was asked, what it has counted, where its findings go.</summary>
internal sealed class FsckRun(FsckRequest request, RowStream rows, ILogger log, CancellationToken cancellationToken)
{
    public FsckRequest Request => request;

    public CancellationToken Cancellation => cancellationToken;

    public long Accounts { get; set; }

    public long Folders { get; set; }

    public long Messages { get; set; }

    public long Records { get; set; }

    public long Findings { get; private set; }

    public long Repaired { get; private set; }

    /// <summary>Reports one finding.</summary>
    /// <param name="finding">Its <c>Repair</c> says what was done, or why nothing was.</param>
    /// <param name="repaired">True when nothing is left to do about it.</param>
    public ValueTask ReportAsync(FindingRow finding, bool repaired)
    {
        Findings++;
        if (repaired) Repaired++;
        AdminLog.Finding(log, finding.Problem, finding.User, finding.Mailbox, finding.Detail, finding.Repair);
        return rows.WriteAsync(finding, AdminJson.Default.FindingRow, cancellationToken);
    }

    public ValueTask ConcludeAsync()
    {
        AdminLog.Checked(log, Accounts, Messages, Records, Findings);
        var summary = new FsckSummary(Accounts, Folders, Messages, Records, Findings, Repaired);
        return rows.WriteAsync(new FsckSummaryRow(summary), AdminJson.Default.FsckSummaryRow, cancellationToken);
    }
}
