using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Commands;

/// <summary>One command: its keyword, where it is allowed, and what it does. Has no state of its own.</summary>
internal abstract class Pop3Command
{
    /// <summary>In upper case.</summary>
    public abstract string Verb { get; }

    /// <summary>The states in which the command runs.</summary>
    public abstract Pop3State Allowed { get; }

    /// <summary>Whether there is such a command, for those that exist by option.</summary>
    public virtual bool IsAvailable(Pop3Session session) => true;

    /// <param name="session">The session, which writes the replies.</param>
    /// <param name="arguments">What follows the keyword and one space; valid until the next line is read.</param>
    public abstract ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments);
}
