using MailCluster.Persistence;

namespace MailCluster.Storage.Sqlite.Writes;

/// <summary>Starts a generation and ends the node's earlier ones.</summary>
internal sealed class RegisterRequest(string nodeName, DateTimeOffset now) : WriteRequest
{
    public override Durability Durability => Durability.Disk;

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        transaction.FenceChanged();
        transaction.Statements.FenceEarlier.Bind(1, nodeName).Run();
        transaction.Statements.Register.Bind(1, nodeName).Bind(2, now.UtcTicks).Run();
        Value = transaction.Session.LastInsertRowId;
        return null;
    }
}

/// <summary>Ends one generation.</summary>
internal sealed class FenceRequest(WriterGeneration generation) : WriteRequest
{
    public override Durability Durability => Durability.Disk;

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        transaction.FenceChanged();
        transaction.Statements.Fence.Bind(1, generation.Value).Run();
        return null;
    }
}
