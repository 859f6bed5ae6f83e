using System.Security.Cryptography;

namespace MailCluster.Auth.Drivers;

/// <summary>
/// Runs calls into libraries that block: PAM modules, libldap, libmariadb, the name service. On the thread pool a directory that does not
/// answer would hold the threads that serve open sessions. So at most some run at once, each on a thread of its own; the others wait
/// without one, and past a number of waiting ones the answer is "busy".
/// <para>
/// A call that takes longer than its time is given up on: its caller gets a failure, its thread and its slot stay taken until the library
/// returns. A directory that hangs therefore stops at the slots and never takes more.
/// </para>
/// </summary>
internal sealed class BlockingCalls(string what, int callsMax, int waitingMax, TimeSpan timeout, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(callsMax, callsMax);
    private int _waiting;

    /// <summary>Runs a call.</summary>
    /// <exception cref="DatabaseException">Too many calls are waiting, or this one took too long.</exception>
    public async ValueTask<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > waitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            throw new DatabaseException($"{what}: {waitingMax} questions are waiting already") { IsBusy = true };
        }

        try
        {
            if (!await _slots.WaitAsync(0, cancellationToken)) await WaitForSlotAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        var running = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return call();
                }
                finally
                {
                    Leave();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            return await running.WaitAsync(timeout, time, cancellationToken);
        }
        catch (TimeoutException e) when (!running.IsCompleted)
        {
            throw new DatabaseException($"{what}: no answer within {timeout.TotalSeconds:0.#} s", e);
        }
    }

    /// <summary>Runs a call that needs the password. It gets a copy that is cleared behind it: the caller's buffer may be gone before a call that hangs returns.</summary>
    public ValueTask<T> RunAsync<T>(ReadOnlyMemory<byte> password, Func<byte[], T> call, CancellationToken cancellationToken)
    {
        var copy = password.ToArray();
        return RunAsync(
            () =>
            {
                try
                {
                    return call(copy);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(copy);
                }
            },
            cancellationToken);
    }

    public void Dispose() => _slots.Dispose();

    private void Leave()
    {
        try
        {
            _slots.Release();
        }
        catch (ObjectDisposedException)
        {
            // A call that was given up on came back after the end; nobody waits for its slot.
        }
    }

    // Waiting counts as part of the time: a client need not wait for two times out.
    private async ValueTask WaitForSlotAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await _slots.WaitAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DatabaseException($"{what}: all {callsMax} connections are in use for {timeout.TotalSeconds:0.#} s", e) { IsBusy = true };
        }
    }
}
