using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>VRFY (RFC 5321 §3.5.3): 252, which neither confirms nor denies; RCPT is where one learns.</summary>
internal sealed class VrfyCommand : LmtpCommand
{
    public override string Verb => "VRFY";

    public override LmtpState Allowed => LmtpState.Any;

    public override string Syntax => "VRFY <string>";

    public override ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        if (arguments.Span.Trim((byte)' ').IsEmpty)
            session.Refuse(501, "5.5.4"u8, "VRFY needs an argument"u8);
        else
            session.Output.WriteReply(252, "2.5.2"u8, "Cannot verify, but will take a message and try"u8);
        return ValueTask.CompletedTask;
    }
}
