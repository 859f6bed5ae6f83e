namespace MailCluster.Node.Configuration;

/// <summary>What clients and accounts may use.</summary>
internal sealed record LimitOptions
{
    public required int Connections { get; init; }

    public required int ConnectionsPerAddress { get; init; }

    public required int ConnectionsPerAccount { get; init; }

    public required int ConnectionsPerAccountAndAddress { get; init; }

    public required int UnauthenticatedConnections { get; init; }

    public required long MessageBytes { get; init; }

    public required SpoolLimits Spool { get; init; }

    public required int Folders { get; init; }

    public required int Subscriptions { get; init; }

    public required int Keywords { get; init; }
}

/// <summary>Memory for messages that are being received, in bytes; past it they go to files.</summary>
internal sealed record SpoolLimits(int MessageBytes, long TotalBytes);

/// <summary>How long clients may keep the node waiting.</summary>
internal sealed record TimeoutOptions
{
    public required TimeSpan Login { get; init; }

    public required TimeSpan Handshake { get; init; }

    public required TimeSpan Idle { get; init; }

    public required TimeSpan IdlePop3 { get; init; }

    public required TimeSpan IdleDelivery { get; init; }

    public required TimeSpan Transfer { get; init; }

    /// <summary>Bytes a second; 0 for any.</summary>
    public required int TransferRateMin { get; init; }

    public required TimeSpan WriteStall { get; init; }

    public required TimeSpan Command { get; init; }

    public required TimeSpan Drain { get; init; }

    public required TimeSpan Leave { get; init; }
}
