using MailCluster.Persistence;

namespace MailCluster.Storage.Sqlite.Writes;

/// <summary>
/// One thing to write to the database. It is run inside the group's transaction, may be run again when the group is taken back, and
/// is answered after the commit with what its last run left.
/// </summary>
internal abstract class WriteRequest : GroupRequest
{
    /// <summary>What the transaction must do before this request is answered.</summary>
    public abstract Durability Durability { get; }

    public void Run(WriteTransaction transaction)
    {
        Refusal = null;
        Refusal = RunCore(transaction);
    }

    /// <summary>Writes, or answers why not, having written nothing. A thrown error takes the whole group back.</summary>
    protected abstract Exception? RunCore(WriteTransaction transaction);
}
