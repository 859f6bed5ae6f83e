using MailCluster.Edge;
using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Commands;

/// <summary>STLS (RFC 2595 §4): everything known of the client is forgotten, and nothing it sent before counts.</summary>
internal sealed class StlsCommand : Pop3Command
{
    private static readonly ReadOnlyMemory<byte> GoAhead = "+OK Begin TLS now\r\n"u8.ToArray();

    public override string Verb => "STLS";

    public override Pop3State Allowed => Pop3State.Authorization;

    public override async ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        if (session.Connection.IsTls || !session.Connection.CanStartTls)
        {
            session.Refuse(default, session.Connection.IsTls ? "TLS is on already" : "TLS is not available");
            return;
        }

        if (session.IsUtf8)
        {
            // RFC 6856 §2.1: somebody may have put the UTF8 there.
            session.Refuse(default, "STLS comes before UTF8");
            return;
        }

        await session.FlushAsync();
        session.UserName = null;
        switch (await session.Connection.StartTlsAsync(GoAhead))
        {
            case StartTlsOutcome.Established:
                break;
            case StartTlsOutcome.PipelinedInput:
                session.Refuse(default, "Nothing may follow STLS before its answer");
                session.IsClosing = true;
                break;
            default:
                session.IsClosing = true;
                break;
        }
    }
}
