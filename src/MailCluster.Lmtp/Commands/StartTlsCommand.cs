using MailCluster.Edge;
using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>STARTTLS (RFC 3207): everything known of the client is forgotten, and nothing it sent before counts.</summary>
internal sealed class StartTlsCommand : LmtpCommand
{
    private static readonly ReadOnlyMemory<byte> GoAhead = "220 2.0.0 Begin TLS\r\n"u8.ToArray();

    public override string Verb => "STARTTLS";

    public override LmtpState Allowed => LmtpState.Any;

    public override string Syntax => "STARTTLS";

    public override async ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        if (!arguments.Span.Trim((byte)' ').IsEmpty)
        {
            session.Refuse(501, "5.5.4"u8, "STARTTLS has no arguments"u8);
            return;
        }

        if (!session.Connection.CanStartTls)
        {
            session.Refuse(503, "5.5.1"u8, session.Connection.IsTls ? "TLS is on already"u8 : "TLS is not available"u8);
            return;
        }

        switch (await session.Connection.StartTlsAsync(GoAhead))
        {
            case StartTlsOutcome.Established:
                session.State = LmtpState.Fresh;
                session.ResetTransaction();
                session.ClientName = "";
                break;
            case StartTlsOutcome.PipelinedInput:
                session.Output.WriteReply(503, "5.5.1"u8, "Nothing may follow STARTTLS before its answer"u8);
                session.IsClosing = true;
                break;
            default:
                session.IsClosing = true;
                break;
        }
    }
}
