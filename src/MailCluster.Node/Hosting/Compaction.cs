using MailCluster.Node.Configuration;
using MailCluster.Storage.Packs;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

/// <summary>Compacts the packs now and then. A pass that is cut off leaves files that the next one goes on with.</summary>
internal sealed class Compaction : IAsyncDisposable
{
    private readonly PackBodyStore _packs;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public Compaction(PackBodyStore packs, PackSettings settings, TimeProvider time, ILogger log)
    {
        _packs = packs;
        _time = time;
        _log = log;
        _running = RunAsync(settings.CompactionInterval);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await PassAsync();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task PassAsync()
    {
        try
        {
            var report = await _packs.CompactAsync(_time.GetUtcNow(), _stopping.Token);
            if (report.PacksRemoved > 0)
            {
                NodeLog.Compacted(_log, report.PacksRemoved, report.BytesFreed - report.BytesMoved);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException || !_stopping.IsCancellationRequested)
        {
            NodeLog.CompactionFailed(_log, error);
        }
    }
}
