using MailCluster.Cluster;

namespace MailCluster.Mailboxes;

/// <summary>
/// From which feature level of the cluster on accounts can do what (docs/adr/0030), for those who have another way below it; see <see cref="IMailboxClient.Level"/>.
/// </summary>
public static class MailboxLevel
{
    /// <summary>Scripts, <see cref="DeliverMessage"/> with its marks and outgoing mail, quotas, POP3's locks.</summary>
    public const int Filtering = FeatureLevel.Filtering;
}
