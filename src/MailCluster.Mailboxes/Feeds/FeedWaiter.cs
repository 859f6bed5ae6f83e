namespace MailCluster.Mailboxes;

/// <summary>Waits until a feed has come to a version.</summary>
internal sealed class FeedWaiter(ModSeq modSeq) : IFolderListener
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task;

    public void OnFolderChanged(FolderFeed feed)
    {
        if (feed.Current.HighestModSeq >= modSeq || feed.IsGone)
            _reached.TrySetResult();
    }
}
