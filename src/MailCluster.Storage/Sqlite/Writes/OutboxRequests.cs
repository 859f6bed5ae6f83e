using MailCluster.Persistence;

namespace MailCluster.Storage.Sqlite.Writes;

/// <summary>Notes that an actor may have mail to send.</summary>
internal sealed class AddOutboxRequest(PersistenceId actor, DateTimeOffset time) : WriteRequest
{
    public override Durability Durability => Durability.Disk;

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        transaction.Statements.AddOutbox.Bind(1, actor.Value).Bind(2, time.UtcTicks).Run();
        return null;
    }
}

/// <summary>Notes that it has none; its value is 1 if the actor is not there any more.</summary>
internal sealed class RemoveOutboxRequest(PersistenceId actor, DateTimeOffset addedBefore) : WriteRequest
{
    public override Durability Durability => Durability.OsBuffers;

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        transaction.Statements.RemoveOutbox.Bind(1, actor.Value).Bind(2, addedBefore.UtcTicks).Run();
        Value = 1 - transaction.Statements.HasOutbox.Bind(1, actor.Value).Scalar(0);
        return null;
    }
}
