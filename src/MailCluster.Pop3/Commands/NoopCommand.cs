using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Commands;

/// <summary>NOOP (RFC 1939 §5).</summary>
internal sealed class NoopCommand : Pop3Command
{
    public override string Verb => "NOOP";

    public override Pop3State Allowed => Pop3State.Transaction;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        session.Ok("Nothing done"u8);
        return ValueTask.CompletedTask;
    }
}
