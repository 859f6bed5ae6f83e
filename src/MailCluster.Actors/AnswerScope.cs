namespace MailCluster.Actors;

/// <summary>
/// A stretch of one thread's work at whose end the askers that were answered in it go on right there, and not on the thread pool.
/// </summary>
/// <remarks>
/// For a thread that continues what waited for the same thing, one after the other: those whose writes one fsync made durable. Each by itself on the pool would wake a worker,
/// which wakes the next in case there is more, and with few processors that costs more than what they do. Not before the end, so that the actor's turn is over when its
/// asker goes on, with whatever that does next. Whoever opens the stretch sees to it that an asker that takes long does not hold up the others.
/// </remarks>
public readonly ref struct AnswerScope
{
    [ThreadStatic]
    private static List<AskEnvelope>? _answered;

    [ThreadStatic]
    private static bool _isOpen;

    private readonly bool _opened;

    private AnswerScope(bool opened) => _opened = opened;

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
        if (!_opened)
            return;
        _isOpen = false;
        if (_answered is not { Count: > 0 } answered)
            return;

        // Those that go on may open a scope of their own.
        _answered = null;
        foreach (var ask in answered)
            ask.GoOn();
        answered.Clear();
        _answered = answered;
    }

    /// <summary>Leaves an ask whose answer is there to the end of this thread's scope. False: there is none.</summary>
    internal static bool TryLeave(AskEnvelope ask)
    {
        if (!_isOpen)
            return false;
        (_answered ??= []).Add(ask);
        return true;
    }
}
