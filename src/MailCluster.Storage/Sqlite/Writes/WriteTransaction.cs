using MailCluster.Persistence;
using MailCluster.Storage.Sqlite.Native;

namespace MailCluster.Storage.Sqlite.Writes;

/// <summary>
/// What a request may touch while it runs: the statements of the writer connection and what the writer remembers between transactions.
/// </summary>
/// <remarks>
/// Remembered are the actors' numbers and the ends of their streams, which saves two look-ups an append. That is right only while nobody else
/// writes to the file; SQLite's <c>data_version</c> tells when another connection did (an administrator with the sqlite3 shell), and
/// then everything is forgotten. It is forgotten as well when a transaction is taken back. Whether a generation is alive is asked
/// once a transaction.
/// </remarks>
internal sealed class WriteTransaction(SqliteSession session, SqliteStatements statements) : IDisposable
{
    // About 150 bytes each: 10 MiB at the most. Past it all is forgotten and the busy ones are back at once.
    private const int ActorsRememberedMax = 65_536;

    private readonly Dictionary<PersistenceId, ActorEnd> _actors = [];
    private readonly SqliteStatement _dataVersion = session.Prepare("PRAGMA data_version");
    private WriterGeneration? _alive;
    private long _lastDataVersion = -1;

    public SqliteSession Session => session;

    public SqliteStatements Statements => statements;

    public void Begin()
    {
        statements.Begin.Run();
        _alive = null;
        var version = _dataVersion.Scalar(0);
        if (version != _lastDataVersion || _actors.Count > ActorsRememberedMax)
            _actors.Clear();
        _lastDataVersion = version;
    }

    /// <summary>Forgets what was learnt in a transaction that was taken back.</summary>
    public void Forget()
    {
        _actors.Clear();
        _alive = null;
    }

    /// <summary>The fence: refuses a generation that is not alive in this very transaction.</summary>
    public WriterFencedException? Fence(WriterGeneration writer)
    {
        if (_alive == writer)
            return null;
        if (statements.IsAlive.Bind(1, writer.Value).Scalar(0) == 0)
            return new WriterFencedException(writer);
        _alive = writer;
        return null;
    }

    /// <summary>Must be called by whoever changes the registry.</summary>
    public void FenceChanged() => _alive = null;

    /// <summary>Where the actor's stream ends; null for one that never wrote.</summary>
    public ActorEnd? Find(PersistenceId actor)
    {
        if (_actors.TryGetValue(actor, out var known))
            return known;
        var find = statements.FindActor.Bind(1, actor.Value);
        if (!find.Step())
        {
            find.Reset();
            return null;
        }

        var (number, trimmedTo) = (find.Int64(0), find.Int64(1));
        find.Reset();
        var highest = statements.HighestRow.Bind(1, number).Scalar(0);
        var end = new ActorEnd(number, new SequenceNr(Math.Max(highest, trimmedTo)));
        _actors[actor] = end;
        return end;
    }

    /// <summary>As <see cref="Find"/>, naming the actor when it is new.</summary>
    public ActorEnd FindOrAdd(PersistenceId actor)
    {
        if (Find(actor) is { } known)
            return known;
        statements.AddActor.Bind(1, actor.Value).Run();
        var added = new ActorEnd(session.LastInsertRowId, SequenceNr.Zero);
        _actors[actor] = added;
        return added;
    }

    public void MoveEnd(PersistenceId actor, ActorEnd end) => _actors[actor] = end;

    public void Dispose() => _dataVersion.Dispose();
}

/// <summary>An actor's number in the database and the last number of its stream.</summary>
internal readonly record struct ActorEnd(long ActorNo, SequenceNr Highest);
