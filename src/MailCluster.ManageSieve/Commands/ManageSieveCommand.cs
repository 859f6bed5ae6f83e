using System.Collections.Immutable;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>One command: its name, what it takes, where it is allowed, and what it does. Has no state of its own.</summary>
internal abstract class ManageSieveCommand
{
    /// <summary>In upper case.</summary>
    public abstract string Name { get; }

    /// <summary>The states in which the command runs.</summary>
    public abstract SessionState Allowed { get; }

    public virtual ImmutableArray<Parameter> Parameters => [];

    /// <summary>Runs the command and says what to answer. Data before that line goes into the session's output.</summary>
    public abstract ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments);
}
