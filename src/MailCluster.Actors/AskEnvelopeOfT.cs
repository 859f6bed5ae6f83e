using System.Threading.Tasks.Sources;

namespace MailCluster.Actors;

/// <summary>An ask and the task its asker awaits, in one pooled object.</summary>
internal sealed class AskEnvelope<TReply> : AskEnvelope, IValueTaskSource<TReply>
{
    /// <summary>Kept by each thread; enough for the asks that one thread has under way at a time, small enough to forget.</summary>
    private const int PooledPerThreadMax = 64;

    [ThreadStatic]
    private static AskEnvelope<TReply>? _threadPool;

    [ThreadStatic]
    private static int _threadPooled;

    private ManualResetValueTaskSourceCore<TReply> _core = new() { RunContinuationsAsynchronously = true };
    private object? _message;
    private TReply? _reply;
    private DeadlineWheel? _wheel;
    private TimeSpan _timeout;
    private CancellationTokenRegistration _cancellation;
    private bool _cancellable;

    private AskEnvelope()
    {
    }

    public override object Message => _message!;

    public override TimeSpan TimeLeft => _wheel?.TimeLeft(this) ?? Timeout.InfiniteTimeSpan;

    internal static AskEnvelope<TReply> Rent(object message, DeadlineWheel wheel, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var ask = _threadPool;
        if (ask is null)
        {
            ask = new AskEnvelope<TReply>();
        }
        else
        {
            _threadPool = (AskEnvelope<TReply>?)ask.Next;
            _threadPooled--;
            ask.Next = null;
        }

        ask._message = message;
        ask._timeout = timeout;
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ask._wheel = wheel;
            wheel.Add(ask, timeout);
        }

        if (cancellationToken.CanBeCanceled)
        {
            ask._cancellable = true;
            ask._cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((AskEnvelope<TReply>)state!).Cancel(token), ask);
        }

        return ask;
    }

    internal ValueTask<TReply> AsTask() => new(this, _core.Version);

    internal override void Reply(int token, object reply)
    {
        if (TryComplete(token))
        {
            if (reply is not TReply typed)
            {
                _core.SetException(new UnexpectedReplyException(typeof(TReply), reply));
            }
            else if (AnswerScope.TryLeave(this))
            {
                _reply = typed;
                return;
            }
            else
            {
                _core.SetResult(typed);
            }
        }

        Release(token);
    }

    /// <summary>Until it is released the envelope has no other use.</summary>
    internal override void GoOn()
    {
        var token = Token;
        _core.RunContinuationsAsynchronously = false;
        _core.SetResult(_reply!);
        Release(token);
    }

    internal override void Fail(int token, Exception failure)
    {
        if (TryComplete(token))
        {
            _core.SetException(failure);
        }

        Release(token);
    }

    internal override void Expire(int token)
    {
        MarkUnpoolable(token);
        if (TryComplete(token))
        {
            _core.SetException(new AskTimeoutException(_message!, _timeout));
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public TReply GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _wheel?.Remove(this);

            // A cancellation that is running now knows no token: such an envelope is not used again.
            var poolable = !_cancellable || _cancellation.Unregister();
            ReleaseAsker(poolable);
        }
    }

    private protected override void Recycle()
    {
        _message = null;
        _reply = default;
        _wheel = null;
        _cancellation = default;
        _cancellable = false;
        _core.Reset();
        _core.RunContinuationsAsynchronously = true;
        NextUse();
        if (_threadPooled < PooledPerThreadMax)
        {
            Next = _threadPool;
            _threadPool = this;
            _threadPooled++;
        }
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        var token = Token;
        MarkUnpoolable(token);
        if (TryComplete(token))
        {
            _core.SetException(new OperationCanceledException(cancellationToken));
        }
    }
}
