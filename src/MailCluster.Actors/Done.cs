namespace MailCluster.Actors;

/// <summary>The reply of a command that has nothing to say but that it was carried out.</summary>
public sealed class Done
{
    private Done()
    {
    }

    public static Done Instance { get; } = new();
}
