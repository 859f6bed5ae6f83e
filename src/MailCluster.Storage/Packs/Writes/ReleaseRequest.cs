using MailCluster.Bodies;

namespace MailCluster.Storage.Packs.Writes;

/// <summary>Bodies to give up.</summary>
internal sealed class ReleaseRequest(ReadOnlyMemory<BodyRef> bodies, DateTimeOffset freeAfter) : GroupRequest
{
    public ReadOnlyMemory<BodyRef> Bodies => bodies;

    public DateTimeOffset FreeAfter => freeAfter;
}
