namespace MailCluster.Storage.Packs.Writes;

/// <summary>Takes a pack that compaction has emptied out of the catalog, between two groups, so that no release falls in between.</summary>
internal sealed class SwitchRequest(Pack emptied) : GroupRequest
{
    public Pack Emptied => emptied;
}
