using MailCluster.Pop3.Responses;
using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Commands;

/// <summary>STAT (RFC 1939 §5): how many messages that are not marked, and their octets as they are sent.</summary>
internal sealed class StatCommand : Pop3Command
{
    public override string Verb => "STAT";

    public override Pop3State Allowed => Pop3State.Transaction;

    public override async ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        await session.LearnSizesAsync();
        var maildrop = session.Maildrop;
        session.BeginReply();
        session.Output.WriteNumbers("+OK "u8, maildrop.Count - maildrop.Deleted.Count, maildrop.Octets);
    }
}
