using System.Diagnostics;

namespace MailCluster.Testing;

/// <summary>Waits for something that other threads do and that gives no signal. Prefer a signal where there is one.</summary>
public static class Poll
{
    /// <summary>Yields until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within 30 seconds.</exception>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(30))
                throw new TimeoutException("The condition did not come true in 30 seconds.");
            await Task.Yield();
        }
    }
}
