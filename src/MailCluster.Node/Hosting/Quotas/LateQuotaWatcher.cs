using MailCluster.Mailboxes;

namespace MailCluster.Node.Hosting.Quotas;

/// <summary>Mailboxes come before delivery when a node starts; what they tell before <see cref="Connect"/> they tell again with the next change.</summary>
internal sealed class LateQuotaWatcher : IQuotaWatcher
{
    private volatile IQuotaWatcher? _watcher;

    public void Connect(IQuotaWatcher watcher) => _watcher = watcher;

    public void OnLevel(QuotaLevel level) => _watcher?.OnLevel(level);
}
