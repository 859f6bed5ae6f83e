namespace MailCluster.Delivery.Smtp;

/// <summary>A time-out of one step within what the caller allows.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _callers;

    public TimeLimit(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        _callers = cancellationToken;
        _late = new CancellationTokenSource(timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, cancellationToken);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether this is the time-out, and not the caller's own end.</summary>
    public bool IsOver(Exception error) => error is OperationCanceledException && _late.IsCancellationRequested && !_callers.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _late.Dispose();
    }
}
