using System.Diagnostics;
using MailCluster.Testing;

namespace MailCluster.Pop3.Tests.Support;

internal static class TestHelp
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(60);

    /// <summary>Lets the clock run until the task is done.</summary>
    public static async Task AdvanceUntilAsync(ManualTimeProvider time, Task task)
    {
        var watch = Stopwatch.StartNew();
        while (!task.IsCompleted)
        {
            if (watch.Elapsed > PatienceMax)
                throw new TimeoutException("The clock ran for a minute in vain.");
            time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }

        await task;
    }
}
