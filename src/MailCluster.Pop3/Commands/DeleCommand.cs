using MailCluster.Pop3.Session;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Commands;

/// <summary>DELE (RFC 1939 §5): marks a message. It is removed by QUIT and by nothing else.</summary>
internal sealed class DeleCommand : Pop3Command
{
    public override string Verb => "DELE";

    public override Pop3State Allowed => Pop3State.Transaction;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        var words = new Arguments(arguments.Span);
        if (session.TryMessage(words.Next(), out var number))
        {
            session.Maildrop.Delete(number);
            session.Ok("Marked as deleted"u8);
        }

        return ValueTask.CompletedTask;
    }
}
