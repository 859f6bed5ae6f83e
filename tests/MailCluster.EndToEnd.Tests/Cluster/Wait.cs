namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>Waiting for what a process outside does: bounded, and with a name for the failure.</summary>
internal static class Wait
{
    /// <summary>Generous: it bounds a test that hangs, and measures nothing.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public static async Task ForAsync(this Task task, string what, Func<string>? details = null)
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"waited {Limit} for: {what}\n{details?.Invoke()}");
        }
    }

    /// <summary>Asks again and again, each time over a process or a connection, until the answer is yes.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
            Assert.False(limit.IsCancellationRequested, $"waited {Limit} until: {what()}");
    }
}
