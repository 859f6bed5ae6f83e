using System.Diagnostics;
using MailCluster.Edge;
using MailCluster.Hocon;
using Microsoft.Extensions.DependencyInjection;

namespace MailCluster.Node.Hosting;

internal sealed partial class NodeHost
{
    /// <summary>
    /// After the drain: for what a session does with its last bytes, for the actors' snapshots, for the last checkpoint. With the default drain of
    /// 7 s a stop ends within 10 s.
    /// </summary>
    private static readonly TimeSpan ConnectionGrace = TimeSpan.FromMilliseconds(500);

    /// <summary>For the relay's word on a message that it has in full. One that is given up is sent again when its attempt is over.</summary>
    private static readonly TimeSpan SenderPatience = TimeSpan.FromSeconds(2);

    /// <summary>For scripts that are running on what IMAP did. One that is given up runs again at the next start.</summary>
    private static readonly TimeSpan ScriptPatience = TimeSpan.FromSeconds(1);

    /// <summary>For the snapshots of accounts in memory. One that is not written in time costs a replay at the next start, nothing else.</summary>
    private static readonly TimeSpan SnapshotPatience = TimeSpan.FromSeconds(1.5);

    /// <summary>Drains and closes everything. A part that fails is logged and does not keep the next from closing.</summary>
    /// <param name="cause">For the log: <c>SIGTERM</c>.</param>
    public async Task StopAsync(string cause)
    {
        var begun = Stopwatch.GetTimestamp();
        State.Advance(NodePhase.Draining);
        if (_application is { } application)
        {
            var connections = application.Services.GetRequiredService<EdgeConnections>();
            NodeLog.Stopping(_log, cause, connections.Count, HoconUnits.Format(_options.Timeouts.Drain));
            // Both at once: sessions are told to end while the listeners close. Past the drain what is left is cut.
            var drained = connections.DrainAsync(_options.Timeouts.Drain);
            using var patience = new CancellationTokenSource(_options.Timeouts.Drain + ConnectionGrace, _time);
            await AttemptAsync("the listeners", application.StopAsync(patience.Token));
            await AttemptAsync("the sessions", drained.WaitAsync(ConnectionGrace, _time));
        }
        if (_eventScripts is { } scripts)
        {
            await AttemptAsync("scripts", scripts.StopAsync(ScriptPatience));
        }
        if (_sender is { } sender)
        {
            await AttemptAsync("outgoing mail", sender.StopAsync(SenderPatience));
        }
        if (_mailboxes is { } mailboxes)
        {
            await AttemptAsync("the hand-over of accounts", mailboxes.LeaveAsync(_options.Timeouts.Leave, _time));
        }
        await CloseAsync();
        NodeLog.Stopped(_log, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }

    /// <summary>Closes what is open without a drain: after a failed start, or a second time.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _metrics.Dispose();
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _application, null) is { } application)
        {
            await AttemptAsync("the services", application.DisposeAsync().AsTask());
        }
        if (Interlocked.Exchange(ref _eventScripts, null) is { } scripts)
        {
            await AttemptAsync("scripts", scripts.DisposeAsync().AsTask());
        }
        if (Interlocked.Exchange(ref _sender, null) is { } sender)
        {
            await AttemptAsync("outgoing mail", sender.DisposeAsync().AsTask());
        }
        if (Interlocked.Exchange(ref _idleCollection, null) is { } idleCollection)
        {
            await AttemptAsync("the look at memory", idleCollection.DisposeAsync().AsTask());
        }
        if (Interlocked.Exchange(ref _upkeep, null) is { } upkeep)
        {
            await AttemptAsync("the upkeep of the storage", upkeep.DisposeAsync().AsTask());
        }
        if (Interlocked.Exchange(ref _mailboxes, null) is { } mailboxes)
        {
            await AttemptAsync("the accounts", mailboxes.StopAsync(SnapshotPatience, _time));
            await mailboxes.DisposeAsync();
        }
        if (Interlocked.Exchange(ref _storage, null) is { } storage)
        {
            await AttemptAsync("the storage", storage.DisposeAsync().AsTask());
        }
        Interlocked.Exchange(ref _directory, null)?.Dispose();
        Interlocked.Exchange(ref _certificates, null)?.Dispose();
        if (State.Phase < NodePhase.Stopped)
        {
            State.Advance(NodePhase.Stopped);
        }
    }

    private async Task AttemptAsync(string part, Task task)
    {
        try
        {
            await task;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            NodeLog.StopLate(_log, part);
        }
        catch (Exception error)
        {
            NodeLog.StopFailed(_log, part, error);
        }
    }
}
