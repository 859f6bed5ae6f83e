using System.Globalization;
using MailCluster.Persistence;

namespace MailCluster.Storage.Sqlite.Writes;

/// <summary>Stores a fact of the installation once; the value is the one that was there first.</summary>
internal sealed class DecideNumberRequest(string key, long value) : WriteRequest
{
    public override Durability Durability => Durability.Disk;

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        transaction.Statements.AddMeta.Bind(1, key).Bind(2, value.ToString(CultureInfo.InvariantCulture)).Run();
        var get = transaction.Statements.GetMeta.Bind(1, key);
        get.Step();
        var text = get.Text(0);
        get.Reset();
        Value = long.Parse(text, CultureInfo.InvariantCulture);
        return null;
    }
}

/// <summary>Brings what was acknowledged from the system's buffers to stable storage.</summary>
internal sealed class FlushRequest(DateTimeOffset now) : WriteRequest
{
    public override Durability Durability => Durability.Disk;

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        transaction.Statements.Touch.Bind(1, now.UtcTicks.ToString(CultureInfo.InvariantCulture)).Run();
        return null;
    }
}

/// <summary>Gives up the pages that the writer's connection keeps to save reading them again.</summary>
internal sealed class ReleaseCacheRequest : WriteRequest
{
    public override Durability Durability => Durability.OsBuffers;

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        transaction.Session.Execute("PRAGMA shrink_memory");
        return null;
    }
}

/// <summary>Wakes the writer after a background checkpoint; the writer copies the short rest itself, between transactions.</summary>
internal sealed class FinishCheckpointRequest : WriteRequest
{
    public override Durability Durability => Durability.OsBuffers;

    protected override Exception? RunCore(WriteTransaction transaction) => null;
}
