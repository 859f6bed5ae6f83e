using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>NOOP (RFC 5321 §4.1.1.9); its argument is ignored.</summary>
internal sealed class NoopCommand : LmtpCommand
{
    public override string Verb => "NOOP";

    public override LmtpState Allowed => LmtpState.Any;

    public override string Syntax => "NOOP";

    public override ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        session.Output.WriteReply(250, "2.0.0"u8, "Ok"u8);
        return ValueTask.CompletedTask;
    }
}
