namespace MailCluster.Node.Commands;

/// <summary>Exit codes, by sysexits.h where it has one, so that service managers can tell a lasting fault from a passing one.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>Unhealthy, or a fault without a code of its own.</summary>
    public const int Failure = 1;

    /// <summary>EX_USAGE: the command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>EX_OSERR: a port or the data directory cannot be had.</summary>
    public const int System = 71;

    /// <summary>EX_TEMPFAIL: this run was superseded, or fenced off. Start it anew: the next run gets a new generation.</summary>
    public const int Superseded = 75;

    /// <summary>EX_CONFIG: the configuration is wrong. A restart will not help.</summary>
    public const int Configuration = 78;
}
