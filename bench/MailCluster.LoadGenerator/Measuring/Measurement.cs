namespace MailCluster.LoadGenerator.Measuring;

/// <summary>What one run of one row on one server gave; one line of JSON each.</summary>
internal sealed record Measurement
{
    public required string Row { get; init; }

    public required string Server { get; init; }

    public int Round { get; init; }

    /// <summary>The figure that is compared: a rate, milliseconds, or KiB; see the row's unit.</summary>
    public double Value { get; init; }

    public long Units { get; init; }

    public double Seconds { get; init; }

    /// <summary>Of one step, in milliseconds.</summary>
    public double P50 { get; init; }

    public double P95 { get; init; }

    public double P99 { get; init; }

    public int Errors { get; init; }

    public string? FirstError { get; init; }

    /// <summary>CPU of the server's processes in the measured time.</summary>
    public double ServerCpuSeconds { get; init; }

    /// <summary>CPU of this program in the same time: it is no bottleneck while this is well under <see cref="Seconds"/> times the cores.</summary>
    public double GeneratorCpuSeconds { get; init; }

    public long PssKiB { get; init; }

    /// <summary>Before the connections whose memory is measured; 0 = not measured.</summary>
    public long BasePssKiB { get; init; }

    /// <summary>What the table says below about this run.</summary>
    public string? Note { get; init; }

    /// <summary>What the server's answers added up to for one step; must be the same on both servers. 0 = not counted.</summary>
    public long Check { get; init; }
}
