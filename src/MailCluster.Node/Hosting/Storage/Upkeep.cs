using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting.Storage;

/// <summary>Looks after the storage now and then, for as long as the node runs. A pass that fails is logged; the next one tries again.</summary>
internal sealed class Upkeep : IAsyncDisposable
{
    private readonly INodeStorage _storage;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public Upkeep(INodeStorage storage, TimeProvider time, ILogger log)
    {
        _storage = storage;
        _time = time;
        _log = log;
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_storage.UpkeepInterval, _time);
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
            await _storage.UpkeepAsync(_stopping.Token);
        }
        catch (Exception error) when (error is not OperationCanceledException || !_stopping.IsCancellationRequested)
        {
            NodeLog.UpkeepFailed(_log, error);
        }
    }
}
