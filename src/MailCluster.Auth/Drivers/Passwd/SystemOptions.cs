namespace MailCluster.Auth.Drivers.Passwd;

/// <summary>The users of this machine, through the name service: /etc/passwd and /etc/shadow, or whatever nsswitch.conf names.</summary>
public sealed record SystemOptions : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "passwd";

    /// <summary>The lowest user id that counts: below are the machine's own services.</summary>
    public uint FirstUid { get; init; } = 1000;

    /// <summary>The highest user id that counts: above are nobody and containers' ranges.</summary>
    public uint LastUid { get; init; } = 60000;

    /// <summary>Questions asked of the name service at once.</summary>
    public int ConnectionsMax { get; init; } = 4;

    /// <summary>Longest wait for the name service.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
