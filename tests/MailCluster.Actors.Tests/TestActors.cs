using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Actors.Tests;

/// <summary>A system on a clock that the test moves.</summary>
public abstract class ActorTest : IDisposable
{
    protected static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;

    protected ActorTest() => System = new ActorSystem(Time, NullLoggerFactory.Instance);

    protected ManualTimeProvider Time { get; } = new();

    protected ActorSystem System { get; }

    public void Dispose()
    {
        System.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>An actor made of a function.</summary>
internal sealed class Scripted(ActorSystem system, Func<Scripted, Delivery, ValueTask> receive) : Actor(system)
{
    internal int Capacity { get; init; } = 4096;

    internal Func<Exception, FailureDirective> Directive { get; init; } = _ => FailureDirective.Stop;

    internal Func<ValueTask> Starting { get; init; } = () => ValueTask.CompletedTask;

    internal Func<Exception?, ValueTask> Stopping { get; init; } = _ => ValueTask.CompletedTask;

    internal Func<Exception, ValueTask> Restarting { get; init; } = _ => ValueTask.CompletedTask;

    protected override int MailboxCapacity => Capacity;

    internal void Report(long bytes) => ReportMemory(bytes);

    internal void AskToPassivate() => Passivate();

    internal void Quit() => StopNow();

    protected override ValueTask ReceiveAsync(Delivery message) => receive(this, message);

    protected override ValueTask OnStartAsync() => Starting();

    protected override ValueTask OnStoppingAsync(Exception? failure) => Stopping(failure);

    protected override ValueTask OnRestartAsync(Exception failure) => Restarting(failure);

    protected override FailureDirective OnFailure(Exception failure) => Directive(failure);
}

/// <summary>A batch actor made of a function.</summary>
internal sealed class ScriptedBatch(ActorSystem system, int batchMax, Func<ReadOnlyMemory<Delivery>, ValueTask> receive) : BatchActor(system)
{
    protected override int BatchMax => batchMax;

    protected override FailureDirective OnFailure(Exception failure) => FailureDirective.Resume;

    protected override ValueTask ReceiveBatchAsync(ReadOnlyMemory<Delivery> batch) => receive(batch);
}

/// <summary>A parent that remembers what it hears.</summary>
internal sealed class RecordingParent : IActorParent
{
    private readonly TaskCompletionSource<(Exception? Failure, List<object> Unprocessed)> _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;

    internal Task<(Exception? Failure, List<object> Unprocessed)> Terminated => _terminated.Task;

    internal long Bytes => Volatile.Read(ref _bytes);

    internal int PassivateRequests { get; private set; }

    public void OnPassivateRequested(ActorCell child)
    {
        PassivateRequests++;
        child.Stop();
    }

    public void OnTerminated(ActorCell child, Exception? failure, EnvelopeQueue unprocessed)
    {
        var messages = new List<object>();
        while (unprocessed.TryDequeue(out var envelope))
        {
            messages.Add(envelope.Message);
            envelope.Fail(new InvalidOperationException("handed over"));
        }

        _terminated.SetResult((failure, messages));
    }

    public void OnMemoryChanged(ActorCell child, long deltaBytes) => Interlocked.Add(ref _bytes, deltaBytes);
}

internal sealed class Gate
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task Reached => _reached.Task;

    internal void Open() => _open.TrySetResult();

    internal Task PassAsync()
    {
        _reached.TrySetResult();
        return _open.Task;
    }
}
