using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>QUIT (RFC 5321 §4.1.1.10).</summary>
internal sealed class QuitCommand : LmtpCommand
{
    public override string Verb => "QUIT";

    public override LmtpState Allowed => LmtpState.Any;

    public override string Syntax => "QUIT";

    public override ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        session.Output.WriteReply(221, "2.0.0"u8, "Goodbye"u8);
        session.IsClosing = true;
        return ValueTask.CompletedTask;
    }
}
