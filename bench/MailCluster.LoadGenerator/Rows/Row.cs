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

    /// <summary>Memory in MiB; less is better.</summary>
    MiB,

    /// <summary>How many times the same takes on 1,000 messages; less is better.</summary>
    TimesOfThousand,
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

/// <summary>Folders <c>parent0</c>, <c>parent1</c> and so on.</summary>
/// <param name="Account">Whose they are.</param>
/// <param name="Count">How many.</param>
/// <param name="QuickCount">How many with <c>--quick</c>.</param>
internal sealed record ManyFolders(string Account, int Count, int QuickCount);

/// <summary>One line of the comparison.</summary>
/// <param name="name">As given on the command line.</param>
/// <param name="unit">Of its value.</param>
/// <param name="target">How many times better than the other server it should be; 0 = no ratio, an absolute figure.</param>
internal abstract class Row(string name, RowUnit unit, double target)
{
    public string Name => name;

    public RowUnit Unit => unit;

    public double Target => target;

    /// <summary>What the value itself may be at most; 0 = the ratio counts.</summary>
    public double Limit { get; init; }

    public bool LessIsBetter => unit is not (RowUnit.MessagesPerSecond or RowUnit.CommandsPerSecond);

    /// <summary>Dovecot has no like, or cannot do as much on a machine of this size: the row's own limit is the yardstick.</summary>
    public bool OursOnly { get; init; }

    /// <summary>A data directory of its own, with so many accounts; null = the one that rows share. Only with <see cref="OursOnly"/>.</summary>
    public Store? Store { get; init; }

    /// <summary>The greatest value of all rounds counts, not their median: a budget is kept always, or not.</summary>
    public bool IsPeak => unit == RowUnit.MiB;

    /// <summary>The other server does not run meanwhile: of a library that both have loaded each has a share by the number of processes, which is not to change.</summary>
    public bool Alone { get; init; }

    /// <summary>Empty folders that an account has to have; null = none. <see cref="Prepare"/> creates those that are missing.</summary>
    public virtual ManyFolders? ManyFolders => null;

    /// <summary>Accounts with hashed passwords that must exist: h0@bench.test …; 0 = none.</summary>
    public virtual int HashedAccounts => 0;

    /// <summary>What happens to the server between <see cref="Prepare"/> and <see cref="Run"/>.</summary>
    public Restart Restart { get; init; }

    /// <summary>Deliveries run the script bench/rules.sieve.</summary>
    public bool Sieve { get; init; }

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

/// <summary>A data directory that some rows have for themselves.</summary>
/// <param name="Name">Of its folder.</param>
/// <param name="Accounts">Their number: b0@bench.test …</param>
/// <param name="QuickAccounts">Their number with <c>--quick</c>.</param>
internal sealed record Store(string Name, int Accounts, int QuickAccounts)
{
    public int Count(bool quick) => quick ? QuickAccounts : Accounts;
}
