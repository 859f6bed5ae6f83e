namespace MailCluster.Mailboxes;

/// <summary>
/// Which messages of a folder no session has been told of (RFC 3501 §2.3.2, \Recent). Soft state: kept in snapshots, not in events; after a
/// crash messages may be recent once more, which the RFC prefers to the opposite.
/// </summary>
/// <remarks>
/// On the node that owns the account these are all from <see cref="From"/> on. On another they are those that the owner granted to the replica: the owner
/// counts them as claimed, so that no two nodes tell of the same message.
/// </remarks>
internal sealed class RecentMarker(uint from)
{
    private readonly Lock _gate = new();
    private uint _from = Math.Max(from, 1);
    private UidSet _granted = UidSet.Empty;
    private bool _isReplica;

    /// <summary>The first UID that nobody has claimed, as far as is known here.</summary>
    public uint From
    {
        get
        {
            lock (_gate)
                return _from;
        }
    }

    /// <summary>Takes the messages below <paramref name="uidNext"/> that are \Recent for the caller alone; atomic between sessions.</summary>
    public UidSet Claim(uint uidNext)
    {
        lock (_gate)
        {
            var claimed = UidSet.Empty;
            if (!_granted.IsEmpty)
            {
                claimed = _granted.Intersect(UidSet.OfRange(1, uidNext - 1));
                _granted = _granted.Intersect(UidSet.OfRange(uidNext, uint.MaxValue));
            }

            if (_isReplica || _from >= uidNext)
                return claimed;
            claimed = claimed.Union(UidSet.OfRange(_from, uidNext - 1));
            _from = uidNext;
            return claimed;
        }
    }

    /// <summary>Moves the marker to <paramref name="uidNext"/> for another node and returns where it was.</summary>
    public uint ClaimFrom(uint uidNext)
    {
        lock (_gate)
        {
            var from = _from;
            _from = Math.Max(from, uidNext);
            return from;
        }
    }

    /// <summary>What was claimed for a replica did not get there: it is to be had again.</summary>
    public void Return(UidSet claimed)
    {
        lock (_gate)
        {
            if (claimed is { Count: 1 } && !_isReplica && claimed.Max + 1 == _from)
                _from = claimed.Min;
            else
                _granted = _granted.Union(claimed);
        }
    }

    /// <summary>Another node has the account: only what it grants may be claimed here.</summary>
    public void Follow(uint ownersFrom, UidSet granted)
    {
        lock (_gate)
        {
            _isReplica = true;
            _from = Math.Max(_from, ownersFrom);
            _granted = _granted.Union(granted);
        }
    }

    /// <summary>This node has the account. What was claimed as far as is known here, or below <paramref name="from"/>, stays claimed.</summary>
    public void Own(uint from)
    {
        lock (_gate)
        {
            _isReplica = false;
            _from = Math.Max(_from, from);
        }
    }

    /// <summary>A replica knows of claims up to here, from an owner before this one.</summary>
    public void Raise(uint from)
    {
        lock (_gate)
            _from = Math.Max(_from, from);
    }
}
