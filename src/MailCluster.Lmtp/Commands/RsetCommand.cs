using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>RSET (RFC 5321 §4.1.1.5): forgets the transaction.</summary>
internal sealed class RsetCommand : LmtpCommand
{
    public override string Verb => "RSET";

    public override LmtpState Allowed => LmtpState.Any;

    public override string Syntax => "RSET";

    public override ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        session.ResetTransaction();
        session.Output.WriteReply(250, "2.0.0"u8, "Ok"u8);
        return ValueTask.CompletedTask;
    }
}
