using System.Threading.Tasks.Sources;
using MailCluster.Actors;

namespace MailCluster.Storage;

/// <summary>
/// One thing to be made durable, waiting for the thread that does it together with others. An object can serve again after it was answered, so
/// nothing of it is read once it was answered.
/// </summary>
internal abstract class GroupRequest : IValueTaskSource<long>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<long> _completion = new() { RunContinuationsAsynchronously = true };
    private Exception? _failure;

    /// <summary>It takes one of the queue's places until it is answered.</summary>
    public bool HoldsPlace { get; set; }

    /// <summary>What it adds to a group, in bytes, where groups are bounded by that.</summary>
    public virtual long Weight => 0;

    /// <summary>Why it was refused, null when it was granted.</summary>
    public Exception? Refusal { get; protected set; }

    /// <summary>What the caller gets.</summary>
    public long Value { get; set; }

    public ValueTask<long> Task => new(this, _completion.Version);

    public ValueTask PlainTask => new(this, _completion.Version);

    /// <summary>What the answer will be; <paramref name="failure"/> goes before the request's own refusal.</summary>
    public void Decide(Exception? failure) => _failure = failure ?? Refusal;

    /// <summary>Gives the answer that was decided; the caller goes on on the thread pool.</summary>
    public void Answer()
    {
        if (_failure is { } error)
            _completion.SetException(error);
        else
            _completion.SetResult(Value);
    }

    /// <summary>The same, but the caller goes on on this thread, and so does who awaits an actor's answer that follows from it.</summary>
    public void AnswerHere()
    {
        _completion.RunContinuationsAsynchronously = false;
        using (AnswerScope.Enter())
            Answer();
    }

    /// <summary>Decides and answers.</summary>
    public void Complete(Exception? failure)
    {
        Decide(failure);
        Answer();
    }

    /// <summary>Makes the object ready for another request.</summary>
    protected virtual void Recycle()
    {
        _failure = null;
        _completion.Reset();
        _completion.RunContinuationsAsynchronously = true;
    }

    private long Take(short token)
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

    long IValueTaskSource<long>.GetResult(short token) => Take(token);

    void IValueTaskSource.GetResult(short token) => Take(token);

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
