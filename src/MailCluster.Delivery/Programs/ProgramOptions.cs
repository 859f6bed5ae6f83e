namespace MailCluster.Delivery.Programs;

/// <summary>The programs that scripts may run (vnd.dovecot.pipe, vnd.dovecot.filter, vnd.dovecot.execute), and what one of them may take.</summary>
public sealed record ProgramOptions
{
    /// <summary>What the action pipe finds; null: nothing.</summary>
    public ProgramKindOptions? Pipe { get; init; }

    /// <summary>What filter finds.</summary>
    public ProgramKindOptions? Filter { get; init; }

    /// <summary>What execute finds.</summary>
    public ProgramKindOptions? Execute { get; init; }

    /// <summary>Address space of one process, in bytes (RLIMIT_AS).</summary>
    public long MemoryMax { get; init; } = 1L << 30;

    /// <summary>Processor time of one process, in whole seconds (RLIMIT_CPU).</summary>
    public TimeSpan CpuTimeMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Open files of one process (RLIMIT_NOFILE).</summary>
    public int FilesMax { get; init; } = 256;

    /// <summary>What a filter or execute may write, in bytes; more ends it. What a pipe writes is not kept.</summary>
    public long OutputMax { get; init; } = 64L << 20;

    /// <summary>Programs of this node at a time, all kinds together.</summary>
    public int AtOnceMax { get; init; } = 8;

    /// <summary>How long a delivery waits for its turn; past it the message is put off.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The node's name, which programs see as HOST.</summary>
    public string HostName { get; init; } = "localhost";
}

/// <summary>One of the three ways to run a program.</summary>
/// <param name="Directory">Where its programs are; full path.</param>
/// <param name="Timeout">After which its whole process group is killed.</param>
/// <param name="LineEnd">How lines end in what it reads.</param>
public sealed record ProgramKindOptions(string Directory, TimeSpan Timeout, ProgramLineEnd LineEnd = ProgramLineEnd.CrLf);

/// <summary>What ends a line in a program's input.</summary>
public enum ProgramLineEnd
{
    /// <summary>As in mail.</summary>
    CrLf,

    /// <summary>As in files.</summary>
    Lf,
}
