using System.Threading.Tasks.Sources;
using MailCluster.Persistence;

namespace MailCluster.Storage.Sqlite.Writes;

/// <summary>
/// One thing to write, waiting for the writer. It is run inside the group's transaction, may be run again when the group is taken
/// back, and completes after the commit with what its last run left.
/// </summary>
internal abstract class WriteRequest : IValueTaskSource<long>, IValueTaskSource
{
    // Continuations never run on the writer's thread.
    private ManualResetValueTaskSourceCore<long> _completion = new() { RunContinuationsAsynchronously = true };

    /// <summary>What the transaction must do before this request is answered.</summary>
    public abstract Durability Durability { get; }

    /// <summary>It takes one of the queue's places until it is answered.</summary>
    public bool HoldsPlace { get; set; }

    /// <summary>The refusal of the last run, null when it was granted. A refused run has written nothing.</summary>
    public Exception? Refusal { get; protected set; }

    /// <summary>The value of the last run.</summary>
    protected long Value { get; set; }

    public ValueTask<long> Task => new(this, _completion.Version);

    public ValueTask PlainTask => new(this, _completion.Version);

    public void Run(WriteTransaction transaction)
    {
        Refusal = null;
        Refusal = RunCore(transaction);
    }

    /// <summary>Writes, or answers why not, having written nothing. A thrown error takes the whole group back.</summary>
    protected abstract Exception? RunCore(WriteTransaction transaction);

    /// <summary>Answers the caller; <paramref name="failure"/> goes before the request's own refusal.</summary>
    public void Complete(Exception? failure)
    {
        if ((failure ?? Refusal) is { } error)
            _completion.SetException(error);
        else
            _completion.SetResult(Value);
    }

    /// <summary>Makes the object ready for another request.</summary>
    protected virtual void Recycle() => _completion.Reset();

    private long Answer(short token)
    {
        try
        {
            return _completion.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    long IValueTaskSource<long>.GetResult(short token) => Answer(token);

    void IValueTaskSource.GetResult(short token) => Answer(token);

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
