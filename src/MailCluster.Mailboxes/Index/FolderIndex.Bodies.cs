using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

// The same folder in another body store.
public sealed partial class FolderIndex
{
    /// <summary>This version with every body reference replaced: everything a client can see stays as it is.</summary>
    public FolderIndex WithBodies(Func<BodyRef, BodyRef> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        var chunks = new List<ColumnChunk>(_chunks.Length);
        foreach (var chunk in _chunks)
        {
            var cold = chunk.Cold.Copy(chunk.Count, chunk.Count, chunk.Count);
            foreach (ref var facts in cold.Facts.AsSpan())
                facts = facts with { Body = map(facts.Body) };
            // Hot columns are copied too: two chunks must not share rows that either may fill.
            var hot = chunk.Hot.Copy(chunk.Count, chunk.Count, chunk.Count, chunk.Hot.KeywordSets is not null);
            chunks.Add(new ColumnChunk(cold, hot, chunk.Count));
        }

        return Assemble(chunks, Keywords);
    }
}
