namespace MailCluster.Mailboxes;

/// <summary>Waits until a feed has come to a version.</summary>
internal sealed class FeedWaiter(ModSeq modSeq) : IFolderListener
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void OnFolderChanged(FolderFeed feed)
    {
        if (feed.Current.HighestModSeq >= modSeq || feed.IsGone)
            _reached.TrySetResult();
    }

    /// <remarks>Not by Task.WaitAsync, which goes on by way of the thread pool, out of a simulation's sight.</remarks>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var cancelled = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), _reached);
        await _reached.Task;
    }
}
