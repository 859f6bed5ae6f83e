namespace MailCluster.Actors;

/// <summary>
/// A stretch of one thread's work in which it sends to an actor and after which it has nothing to do but wait for the answer. An idle
/// actor that gets its message in that stretch does not go to the thread pool: its turn runs on this very thread when the scope ends.
/// </summary>
/// <remarks>
/// <para>Why: a hand-over to another thread costs more than most turns do, the more so on a machine that has other work. Why only when the
/// scope ends: routers hold locks while they hand a message on.</para>
/// <para>The thread gives one turn, to one actor; what queues up behind it goes to the pool. Inside a turn, and under a synchronisation
/// context, a scope changes nothing, so that turns never nest and never carry a foreign context. A sender that goes on with
/// something else before it awaits the answer opens no scope: the turn could keep it for as long as the disk takes.</para>
/// </remarks>
public readonly ref struct TurnScope
{
    [ThreadStatic]
    private static Stage _stage;

    [ThreadStatic]
    private static ActorCell? _cell;

    private readonly bool _open;

    private TurnScope(bool open) => _open = open;

    private enum Stage : byte
    {
        None,
        Open,
        Running,
    }

    /// <summary>Begins the stretch. Dispose the scope on the same thread, after the sending and before anything is awaited.</summary>
    public static TurnScope Enter()
    {
        if (_stage != Stage.None || SynchronizationContext.Current is not null)
        {
            return default;
        }

        _stage = Stage.Open;
        return new TurnScope(open: true);
    }

    public void Dispose()
    {
        if (!_open)
        {
            return;
        }

        var cell = _cell;
        _cell = null;
        _stage = Stage.Running;
        try
        {
            cell?.RunOneTurn();
        }
        finally
        {
            _stage = Stage.None;
        }
    }

    /// <summary>Leaves a cell that has just been scheduled to this thread's scope. False: there is none, or it has a cell already.</summary>
    internal static bool TryLeave(ActorCell cell)
    {
        if (_stage != Stage.Open || _cell is not null)
        {
            return false;
        }

        _cell = cell;
        return true;
    }
}
