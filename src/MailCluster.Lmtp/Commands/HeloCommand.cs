using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>HELO and EHLO: RFC 2033 §4.1 has them answered 500, so that an SMTP client notices where it is.</summary>
internal sealed class HeloCommand(string verb) : LmtpCommand
{
    public override string Verb { get; } = verb;

    public override LmtpState Allowed => LmtpState.Any;

    public override string Syntax => Verb + " is for SMTP; this is LMTP";

    public override ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        session.Refuse(500, "5.5.1"u8, "This is LMTP: say LHLO"u8);
        return ValueTask.CompletedTask;
    }
}
