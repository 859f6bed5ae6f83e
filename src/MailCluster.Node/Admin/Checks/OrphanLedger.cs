namespace MailCluster.Node.Admin.Checks;

/// <summary>
/// Bodies without a message, and since when they are known. A body is stored before the message that names it, and an upload of many
/// messages may
/// take minutes between the two; nothing in the store tells such a body from one whose delivery was cut off by a crash. Time does: what was
/// without a message at two checks, far enough apart, will never have one, since a command's time is bounded. Kept in memory: after a
/// restart the
/// wait begins anew, which costs nothing but space.
/// </summary>
internal sealed class OrphanLedger(AdminOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private Dictionary<Guid, DateTimeOffset> _firstSeen = [];

    /// <summary>Begins a full check: what <see cref="See"/> is not called for is forgotten at its end.</summary>
    public Sighting Begin() => new(this);

    /// <summary>The bodies seen by one check.</summary>
    public sealed class Sighting(OrphanLedger ledger)
    {
        private readonly Dictionary<Guid, DateTimeOffset> _seen = [];

        /// <summary>How long ago the orphan was first seen, by this check or an earlier one.</summary>
        public TimeSpan See(Guid emailId)
        {
            var now = ledger.Now;
            lock (ledger._lock)
            {
                if (!ledger._firstSeen.TryGetValue(emailId, out var first)) first = now;
                _seen[emailId] = first;
                return now - first;
            }
        }

        public void Forget(Guid emailId) => _seen.Remove(emailId);

        public void End()
        {
            lock (ledger._lock) ledger._firstSeen = _seen;
        }
    }

    public TimeSpan Age => options.OrphanAge;

    private DateTimeOffset Now => time.GetUtcNow();
}
