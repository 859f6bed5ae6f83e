namespace MailCluster.LoadGenerator.Wire;

/// <summary>What one command brought. Enough to see that the server did the work, cheap enough to count everything.</summary>
internal struct ImapReply
{
    /// <summary>Untagged FETCH responses.</summary>
    public int Fetches;

    /// <summary>Numbers in SEARCH and SORT responses, or the COUNT of an ESEARCH one.</summary>
    public int Hits;

    /// <summary>Untagged LIST responses.</summary>
    public int Lists;

    /// <summary>The last EXISTS, -1 if none came.</summary>
    public int Exists;

    /// <summary>Bytes of literals.</summary>
    public long LiteralBytes;

    /// <summary>The last HIGHESTMODSEQ, 0 if none came.</summary>
    public long HighestModSeq;

    /// <summary>The last UIDVALIDITY, 0 if none came.</summary>
    public long UidValidity;
}
