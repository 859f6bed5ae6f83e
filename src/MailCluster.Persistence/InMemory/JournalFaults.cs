using System.Threading.Channels;

namespace MailCluster.Persistence.InMemory;

/// <summary>Makes an in-memory journal fail or wait where a test says. Each fault hits one append; faults queue.</summary>
public sealed class JournalFaults
{
    private readonly Lock _guard = new();
    private readonly Queue<Fault> _appends = new();
    private readonly Queue<Exception> _reads = new();
    private AppendHold? _hold;

    /// <summary>The next append fails with <paramref name="failure"/> and stores nothing. Default: the journal is unavailable.</summary>
    public void FailNextAppend(Exception? failure = null) => Add(new Fault(failure ?? Unavailable(), Store: false));

    /// <summary>The next append is stored, and its writer is told that the outcome is unknown.</summary>
    public void FailNextAppendAfterStoring(Exception? failure = null) => Add(new Fault(failure ?? Unavailable(), Store: true));

    /// <summary>The next replay fails.</summary>
    public void FailNextRead(Exception? failure = null)
    {
        lock (_guard)
        {
            _reads.Enqueue(failure ?? Unavailable());
        }
    }

    /// <summary>Appends wait, before anything is checked or stored, until the hold is released.</summary>
    public AppendHold HoldAppends()
    {
        lock (_guard)
        {
            return _hold = new AppendHold(this);
        }
    }

    internal async ValueTask<Fault?> BeforeAppendAsync(JournalWrite write)
    {
        AppendHold? hold;
        Fault? fault;
        lock (_guard)
        {
            hold = _hold;
            _appends.TryDequeue(out fault);
        }

        if (hold is not null)
        {
            await hold.WaitAsync(write);
        }

        if (fault is { Store: false })
        {
            throw fault.Failure;
        }

        return fault;
    }

    internal ValueTask BeforeReadAsync(PersistenceId actor)
    {
        lock (_guard)
        {
            return _reads.TryDequeue(out var failure) ? ValueTask.FromException(failure) : ValueTask.CompletedTask;
        }
    }

    internal void EndHold(AppendHold hold)
    {
        lock (_guard)
        {
            if (_hold == hold)
            {
                _hold = null;
            }
        }
    }

    private static JournalUnavailableException Unavailable() => new("injected");

    private void Add(Fault fault)
    {
        lock (_guard)
        {
            _appends.Enqueue(fault);
        }
    }

    internal sealed record Fault(Exception Failure, bool Store)
    {
        internal void AfterStore() => throw Failure;
    }
}

/// <summary>Appends that wait until they are released.</summary>
public sealed class AppendHold(JournalFaults faults)
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<JournalWrite> _arrived = Channel.CreateUnbounded<JournalWrite>();

    /// <summary>Completes when one more append waits here. Only the numbers of the write are of use; its payload may be gone.</summary>
    public ValueTask<JournalWrite> WaitForAppendAsync(CancellationToken cancellationToken = default) => _arrived.Reader.ReadAsync(cancellationToken);

    public void Release()
    {
        faults.EndHold(this);
        _released.TrySetResult();
    }

    internal Task WaitAsync(JournalWrite write)
    {
        _arrived.Writer.TryWrite(write);
        return _released.Task;
    }
}
