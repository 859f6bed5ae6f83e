using MailCluster.Testing.Simulation;

namespace MailCluster.Simulation.Tests.Stores;

/// <summary>
/// The database of a simulated cluster as a process of its own: what was sent to it is carried out though the sender has died, and an answer can be lost on
/// the way back. Each node reaches it by a <see cref="DatabaseLink"/>.
/// </summary>
internal sealed class SimulatedDatabase(SimulationLoop loop, Random random)
{
    /// <summary>Changes with each restart: what was under way is cut off.</summary>
    private int _run;

    /// <summary>Refuses connections while false.</summary>
    internal bool IsUp { get; private set; } = true;

    /// <summary>The least and the most that one way takes, in milliseconds.</summary>
    internal (double Least, double Most) WayMilliseconds { get; init; } = (0.1, 2);

    internal void Stop()
    {
        IsUp = false;
        _run++;
    }

    internal void Start() => IsUp = true;

    /// <summary>Sends <paramref name="work"/> and awaits its answer in the link's process.</summary>
    /// <exception cref="DatabaseAwayException">Perhaps carried out, perhaps later.</exception>
    internal async ValueTask<T> CallAsync<T>(DatabaseLink link, Func<CallFate, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var fate = new CallFate();
        loop.Queue(() => _ = CarryOutAsync(link, fate, work, answer));
        using var cancelled = cancellationToken.UnsafeRegister(
            _ =>
            {
                fate.IsGivenUp = true;
                answer.TrySetCanceled(cancellationToken);
            },
            null);
        return await answer.Task;
    }

    internal Task PassAsync(TimeSpan time) => Task.Delay(time, loop.Time);

    private async Task CarryOutAsync<T>(DatabaseLink link, CallFate fate, Func<CallFate, ValueTask<T>> work, TaskCompletionSource<T> answer)
    {
        var run = _run;
        await WayAsync(link);
        if (link.IsSilent)
        {
            await PassAsync(link.SilenceTimeout);
            Fail("no answer");
            return;
        }

        if (Refused("connection refused"))
        {
            return;
        }

        if (random.NextDouble() < link.LateShare)
        {
            // The connection broke with the statement in the server's hands: the client knows nothing, and it is carried out afterwards.
            Fail("connection lost while waiting");
            await PassAsync(TimeSpan.FromMilliseconds(random.Next(1, 3000)));
            if (run != _run)
            {
                return;
            }
        }

        T result = default!;
        Exception? failure = null;
        try
        {
            result = await work(fate);
        }
        catch (Exception refused)
        {
            failure = refused;
        }

        await WayAsync(link);
        if (Refused("connection lost") || random.NextDouble() < link.LostAnswerShare)
        {
            Fail("answer lost");
        }
        else if (failure is null)
        {
            link.Process.Queue(() => answer.TrySetResult(result));
        }
        else
        {
            link.Process.Queue(() => answer.TrySetException(failure));
        }

        bool Refused(string why)
        {
            if (IsUp && run == _run && !link.IsCut)
            {
                return false;
            }

            Fail(why);
            return true;
        }

        void Fail(string why)
        {
            fate.IsGivenUp = true;
            link.Process.Queue(() => answer.TrySetException(new DatabaseAwayException(why)));
        }
    }

    private async Task WayAsync(DatabaseLink link)
    {
        var (least, most) = WayMilliseconds;
        await PassAsync(TimeSpan.FromMilliseconds(least + (random.NextDouble() * (most - least))) + link.Delay);
    }
}

/// <summary>How one node reaches the database.</summary>
internal sealed class DatabaseLink(SimulatedDatabase database, SimulatedProcess process)
{
    internal SimulatedProcess Process => process;

    /// <summary>Fails at once.</summary>
    internal bool IsCut { get; set; }

    /// <summary>Carries nothing; found out after <see cref="SilenceTimeout"/>.</summary>
    internal bool IsSilent { get; set; }

    internal TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Each way takes so much longer.</summary>
    internal TimeSpan Delay { get; set; }

    /// <summary>Of all calls so many are carried out, and their answer is lost.</summary>
    internal double LostAnswerShare { get; set; }

    /// <summary>Of all calls so many fail first and are carried out afterwards, up to 3 s later.</summary>
    internal double LateShare { get; set; }

    /// <summary>Notices of changes of the map do not arrive.</summary>
    internal bool MissesNotices { get; set; }

    internal bool Reaches => database.IsUp && !IsCut && !IsSilent;

    internal ValueTask<T> CallAsync<T>(Func<CallFate, ValueTask<T>> work, CancellationToken cancellationToken) =>
        database.CallAsync(this, work, cancellationToken);

    internal void Heal()
    {
        (IsCut, IsSilent, MissesNotices) = (false, false, false);
        (LostAnswerShare, LateShare, Delay) = (0, 0, TimeSpan.Zero);
    }
}

/// <summary>What became of a call, as far as its sender knows.</summary>
internal sealed class CallFate
{
    /// <summary>The sender was told that it failed, or waits no more; it may be carried out all the same.</summary>
    internal bool IsGivenUp { get; set; }
}

/// <summary>The database cannot be reached, or the connection broke: outcome unknown.</summary>
internal sealed class DatabaseAwayException(string message) : Exception(message);
