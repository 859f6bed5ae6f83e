using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>One command: its verb, where it is allowed, and what it does. Has no state of its own.</summary>
internal abstract class LmtpCommand
{
    /// <summary>In upper case.</summary>
    public abstract string Verb { get; }

    /// <summary>The states in which the command runs; elsewhere it is out of order (503).</summary>
    public abstract LmtpState Allowed { get; }

    /// <summary>What HELP says.</summary>
    public abstract string Syntax { get; }

    /// <summary>The text of the 503 in a state where the command is not allowed.</summary>
    public virtual ReadOnlySpan<byte> OutOfOrder(LmtpState state) =>
        state == LmtpState.Fresh ? "Say LHLO first"u8 : "Command out of order"u8;

    /// <param name="session">The session, which writes the replies.</param>
    /// <param name="arguments">What follows the verb and one space; valid until the task completes.</param>
    public abstract ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments);
}
