using MailCluster.Mailboxes;

namespace MailCluster.Node.Admin.Checks;

/// <summary>Counts a folder's index again and compares with what the index says of itself.</summary>
internal static class FolderArithmetic
{
    /// <summary>What does not agree, as a sentence, or null.</summary>
    public static string? Problem(FolderIndex index)
    {
        int messages = 0, unseen = 0, deleted = 0;
        long size = 0;
        var lastUid = 0u;
        var highest = new ModSeq(0);
        foreach (var chunk in index.Chunks)
        {
            var uids = chunk.Uids;
            var flags = chunk.Flags;
            var modSeqs = chunk.ModSeqs;
            var facts = chunk.Facts;
            for (var row = 0; row < chunk.Count; row++)
            {
                if (uids[row] <= lastUid) return $"UID {uids[row]} stands after {lastUid}";
                lastUid = uids[row];
                messages++;
                size += facts[row].Size;
                if ((flags[row] & SystemFlags.Seen) == 0) unseen++;
                if ((flags[row] & SystemFlags.Deleted) != 0) deleted++;
                if (modSeqs[row] > highest) highest = modSeqs[row];
            }
        }
        if (lastUid >= index.UidNext) return $"UID {lastUid} is not below UIDNEXT {index.UidNext}";
        if (highest > index.HighestModSeq) return $"a message has MODSEQ {highest}, the folder's highest is {index.HighestModSeq}";
        return Compare("messages", index.Exists, messages) ?? Compare("unseen", index.Unseen, unseen)
            ?? Compare("deleted", index.Deleted, deleted) ?? Compare("octets", index.Size, size);
    }

    private static string? Compare(string what, long said, long counted) =>
        said == counted ? null : $"the index says {said} {what}, there are {counted}";
}
