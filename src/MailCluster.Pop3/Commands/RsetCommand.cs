using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Commands;

/// <summary>RSET (RFC 1939 §5): no message is marked any more.</summary>
internal sealed class RsetCommand : Pop3Command
{
    public override string Verb => "RSET";

    public override Pop3State Allowed => Pop3State.Transaction;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        session.Maildrop.Reset();
        session.Ok("No message is deleted"u8);
        return ValueTask.CompletedTask;
    }
}
