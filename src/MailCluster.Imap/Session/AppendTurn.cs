namespace MailCluster.Imap.Session;

/// <summary>The place of one APPEND in the order of its session's APPENDs: their bodies are stored together, but the mailbox gets them one after the other.</summary>
internal sealed class AppendTurn(Task come)
{
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The one before has been sent, or never will be.</summary>
    public Task Come => come;

    /// <summary>This one has been sent, or never will be.</summary>
    public Task Passed => _passed.Task;

    public void Pass() => _passed.TrySetResult();
}
