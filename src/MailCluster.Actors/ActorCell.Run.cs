namespace MailCluster.Actors;

/// <summary>The turns: start, messages, failure, stop.</summary>
public abstract partial class ActorCell
{
    /// <summary>Runs a turn of a cell that was scheduled and left to this thread's <see cref="TurnScope"/>.</summary>
    internal void RunOneTurn() => _ = RunAsync(turnsMax: 1);

    private void Schedule(bool byMessage)
    {
        if (Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0 && !(byMessage && _system.RunsOnPool && TurnScope.TryLeave(this)))
        {
            _system.Queue(this, preferLocal: byMessage);
        }
    }

    /// <summary>Never throws. Completes synchronously, and then without an allocation, unless a handler awaits.</summary>
    private async Task RunAsync(int turnsMax)
    {
        if (_phase == Phase.Created)
        {
            await StartAsync();
        }

        for (var turn = 0; turn < turnsMax && _phase == Phase.Running; turn++)
        {
            _taken ??= TakeIncoming();
            if (_taken is null)
            {
                break;
            }

            if (_taken is StopEnvelope)
            {
                await TerminateAsync(null);
                break;
            }

            try
            {
                await TurnAsync();
            }
            catch (Exception failure)
            {
                await SuperviseAsync(failure);
            }

            if (_stopNow && _phase == Phase.Running)
            {
                await TerminateAsync(new ActorStoppedException(Name));
            }
        }

        // The exchange is a full fence: whoever pushed before it is seen below, whoever pushes after it schedules the cell itself.
        Interlocked.Exchange(ref _scheduled, 0);
        if (_phase == Phase.Running && (_taken is not null || Volatile.Read(ref _incoming) is not null))
        {
            Schedule(byMessage: false);
        }
    }

    private async ValueTask StartAsync()
    {
        try
        {
            await OnStartAsync();
            _phase = Phase.Running;
        }
        catch (Exception failure)
        {
            ActorLog.StartFailed(_system.Log, Name, failure);
            _phase = Phase.Stopped;
            var (unprocessed, stops) = Close();
            unprocessed.FailAll(failure);
            Finish(failure, unprocessed, stops);
        }
    }

    private async ValueTask SuperviseAsync(Exception failure)
    {
        var directive = OnFailure(failure);
        ActorLog.HandlerFailed(_system.Log, Name, directive, failure);
        if (directive == FailureDirective.Restart)
        {
            try
            {
                await OnRestartAsync(failure);
            }
            catch (Exception again)
            {
                ActorLog.RestartFailed(_system.Log, Name, again);
                directive = FailureDirective.Stop;
                failure = again;
            }
        }

        if (directive == FailureDirective.Stop)
        {
            await TerminateAsync(failure);
        }
    }

    private async ValueTask TerminateAsync(Exception? failure)
    {
        _phase = Phase.Stopping;
        try
        {
            await OnStoppingAsync(failure);
        }
        catch (Exception stopping)
        {
            ActorLog.StoppingFailed(_system.Log, Name, stopping);
        }

        _phase = Phase.Stopped;
        var (unprocessed, stops) = Close();
        Finish(failure, unprocessed, stops);
    }

    private void Finish(Exception? failure, EnvelopeQueue unprocessed, EnvelopeQueue stops)
    {
        ReportMemory(0);
        if (_parent is null)
        {
            unprocessed.FailAll(new ActorStoppedException(Name, failure));
        }
        else
        {
            _parent.OnTerminated(this, failure, unprocessed);
        }

        while (stops.TryDequeue(out var stop))
        {
            stop.Reply(0, Done.Instance);
        }
    }
}
