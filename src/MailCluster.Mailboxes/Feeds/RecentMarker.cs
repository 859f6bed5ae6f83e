namespace MailCluster.Mailboxes;

/// <summary>
/// The first UID of a folder that no session has been told of (RFC 3501 §2.3.2, \Recent). Soft state: kept in snapshots, not in events; after a
/// crash messages may be recent once more, which the RFC prefers to the opposite.
/// </summary>
internal sealed class RecentMarker(uint from)
{
    private uint _from = from;

    public uint From => Volatile.Read(ref _from);

    /// <summary>Moves the marker to <paramref name="uidNext"/> and returns where it was; atomic between sessions.</summary>
    public uint Claim(uint uidNext)
    {
        while (true)
        {
            var from = Volatile.Read(ref _from);
            if (from >= uidNext || Interlocked.CompareExchange(ref _from, uidNext, from) == from)
                return from;
        }
    }
}
