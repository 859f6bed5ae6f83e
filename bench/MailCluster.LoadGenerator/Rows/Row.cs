using MailCluster.LoadGenerator.Measuring;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>What the value of a row is.</summary>
internal enum RowUnit
{
    /// <summary>Messages a second; more is better.</summary>
    MessagesPerSecond,

    /// <summary>Commands, or logins, a second; more is better.</summary>
    CommandsPerSecond,

    /// <summary>The median in milliseconds; less is better.</summary>
    Milliseconds,

    /// <summary>Memory in KiB; less is better.</summary>
    KiB,
}

/// <summary>Whether a server begins a row anew.</summary>
internal enum Restart
{
    None,

    /// <summary>A new process; the page cache stays.</summary>
    Fresh,

    /// <summary>A new process, and nothing in the page cache.</summary>
    Cold,
}

/// <summary>One line of the comparison.</summary>
/// <param name="name">As given on the command line.</param>
/// <param name="unit">Of its value.</param>
/// <param name="target">How many times better than the other server it should be; 0 = no ratio, an absolute figure.</param>
internal abstract class Row(string name, RowUnit unit, double target)
{
    public string Name => name;

    public RowUnit Unit => unit;

    public double Target => target;

    public bool LessIsBetter => unit is RowUnit.Milliseconds or RowUnit.KiB;

    /// <summary>What happens to the server between <see cref="Prepare"/> and <see cref="Run"/>.</summary>
    public Restart Restart { get; init; }

    /// <summary>Too long for the default set: runs when it is named.</summary>
    public bool OnRequest { get; init; }

    /// <summary>Not in <c>--quick</c>, where its size says nothing.</summary>
    public bool FullOnly { get; init; }

    /// <summary>Puts in place what the row reads. Called before each run; finds what an earlier call left.</summary>
    public virtual void Prepare(Setup setup)
    {
    }

    public abstract Measurement Run(Setup setup);
}
