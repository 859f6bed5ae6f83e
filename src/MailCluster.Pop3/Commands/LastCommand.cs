using System.Globalization;
using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Commands;

/// <summary>LAST (RFC 1460 §5), by option: the highest number of a message that was retrieved, now or before.</summary>
internal sealed class LastCommand : Pop3Command
{
    public override string Verb => "LAST";

    public override Pop3State Allowed => Pop3State.Transaction;

    public override bool IsAvailable(Pop3Session session) => session.Options.HasLast;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        session.Ok(session.Maildrop.Last.ToString(CultureInfo.InvariantCulture));
        return ValueTask.CompletedTask;
    }
}
