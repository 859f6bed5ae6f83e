using System.Collections.Frozen;
using MailCluster.Storage.Sqlite.Native;

namespace MailCluster.Storage.Sqlite;

/// <summary>The statements of one connection, compiled when first used and kept.</summary>
internal sealed class SqliteStatements(SqliteSession session) : IDisposable
{
    private static readonly FrozenDictionary<string, string> Journal = SqlText.Family("Sqlite", "Journal.sql");
    private static readonly FrozenDictionary<string, string> Snapshots = SqlText.Family("Sqlite", "Snapshots.sql");
    private static readonly FrozenDictionary<string, string> Writers = SqlText.Family("Sqlite", "Writers.sql");
    private static readonly FrozenDictionary<string, string> Meta = SqlText.Family("Sqlite", "Meta.sql");
    private static readonly FrozenDictionary<string, string> Outbox = SqlText.Family("Sqlite", "Outbox.sql");

    private readonly List<SqliteStatement> _prepared = [];

    public SqliteStatement FindActor => field ??= Prepare(Journal, "FindActor");
    public SqliteStatement AddActor => field ??= Prepare(Journal, "AddActor");
    public SqliteStatement HighestRow => field ??= Prepare(Journal, "HighestRow");
    public SqliteStatement Append => field ??= Prepare(Journal, "Append");
    public SqliteStatement Replay => field ??= Prepare(Journal, "Replay");
    public SqliteStatement FirstKept => field ??= Prepare(Journal, "FirstKept");
    public SqliteStatement Trim => field ??= Prepare(Journal, "Trim");
    public SqliteStatement MarkTrimmed => field ??= Prepare(Journal, "MarkTrimmed");
    public SqliteStatement ListActors => field ??= Prepare(Journal, "ListActors");

    public SqliteStatement FindSnapshot => field ??= Prepare(Snapshots, "FindSnapshot");
    public SqliteStatement PutSnapshot => field ??= Prepare(Snapshots, "PutSnapshot");
    public SqliteStatement PutPart => field ??= Prepare(Snapshots, "PutPart");
    public SqliteStatement DropPart => field ??= Prepare(Snapshots, "DropPart");
    public SqliteStatement Parts => field ??= Prepare(Snapshots, "Parts");
    public SqliteStatement DeleteSnapshot => field ??= Prepare(Snapshots, "DeleteSnapshot");
    public SqliteStatement DeleteParts => field ??= Prepare(Snapshots, "DeleteParts");

    public SqliteStatement Register => field ??= Prepare(Writers, "Register");
    public SqliteStatement FenceEarlier => field ??= Prepare(Writers, "FenceEarlier");
    public SqliteStatement Fence => field ??= Prepare(Writers, "Fence");
    public SqliteStatement IsAlive => field ??= Prepare(Writers, "IsAlive");

    public SqliteStatement GetMeta => field ??= Prepare(Meta, "GetMeta");
    public SqliteStatement AddMeta => field ??= Prepare(Meta, "AddMeta");
    public SqliteStatement Touch => field ??= Prepare(Meta, "Touch");
    public SqliteStatement Begin => field ??= Prepare(Meta, "Begin");
    public SqliteStatement BeginRead => field ??= Prepare(Meta, "BeginRead");
    public SqliteStatement Commit => field ??= Prepare(Meta, "Commit");
    public SqliteStatement Rollback => field ??= Prepare(Meta, "Rollback");

    public SqliteStatement AddOutbox => field ??= Prepare(Outbox, "AddOutbox");
    public SqliteStatement RemoveOutbox => field ??= Prepare(Outbox, "RemoveOutbox");
    public SqliteStatement HasOutbox => field ??= Prepare(Outbox, "HasOutbox");
    public SqliteStatement ListOutboxes => field ??= Prepare(Outbox, "ListOutboxes");

    private SqliteStatement Prepare(FrozenDictionary<string, string> family, string name)
    {
        var statement = session.Prepare(family[name]);
        _prepared.Add(statement);
        return statement;
    }

    public void Dispose()
    {
        foreach (var statement in _prepared)
            statement.Dispose();
    }
}
