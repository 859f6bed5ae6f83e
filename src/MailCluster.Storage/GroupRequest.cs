using System.Threading.Tasks.Sources;

namespace MailCluster.Storage;

/// <summary>
/// One thing to be made durable, waiting for the thread that does it together with others. An object can serve again after it was answered, so
/// nothing of it is read once <see cref="Complete"/> was called.
/// </summary>
internal abstract class GroupRequest : IValueTaskSource<long>, IValueTaskSource
{
    // Continuations never run on the writer's thread.
    private ManualResetValueTaskSourceCore<long> _completion = new() { RunContinuationsAsynchronously = true };

    /// <summary>It takes one of the queue's places until it is answered.</summary>
    public bool HoldsPlace { get; set; }

    /// <summary>Why it was refused, null when it was granted.</summary>
    public Exception? Refusal { get; protected set; }

    /// <summary>What the caller gets.</summary>
    public long Value { get; set; }

    public ValueTask<long> Task => new(this, _completion.Version);

    public ValueTask PlainTask => new(this, _completion.Version);

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
