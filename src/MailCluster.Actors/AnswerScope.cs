namespace MailCluster.Actors;

/// <summary>
/// A stretch of one thread's work in which askers that are answered go on right here, and not on the thread pool.
/// </summary>
/// <remarks>
/// For a thread that continues what waited for the same thing, one after the other: those whose writes one fsync made durable. Each by itself on the pool would wake a worker,
/// which wakes the next in case there is more, and with few processors that costs more than what they do. Whoever opens the stretch sees to it that one
/// that takes long does not hold up the others. The asker goes on inside the actor's turn, so what it sends to other actors is not run here
/// (<see cref="TurnScope"/>).
/// </remarks>
public readonly ref struct AnswerScope
{
    [ThreadStatic]
    private static bool _isOpen;

    private readonly bool _opened;

    private AnswerScope(bool opened) => _opened = opened;

    internal static bool IsOpen => _isOpen;

    /// <summary>Begins the stretch. Dispose the scope on the same thread.</summary>
    public static AnswerScope Enter()
    {
        if (_isOpen)
            return default;
        _isOpen = true;
        return new AnswerScope(opened: true);
    }

    public void Dispose()
    {
        if (_opened)
            _isOpen = false;
    }
}
