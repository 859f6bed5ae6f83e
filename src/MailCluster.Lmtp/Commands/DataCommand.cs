using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>DATA (RFC 5321 §4.1.1.4): the message up to CRLF . CRLF, then one reply for each recipient that was taken (RFC 2033 §4.2).</summary>
internal sealed class DataCommand : LmtpCommand
{
    public override string Verb => "DATA";

    public override LmtpState Allowed => LmtpState.Recipients;

    public override string Syntax => "DATA";

    // RFC 2033 §4.2: without a recipient DATA must fail with 503. RFC 3030 §3: not in a transaction that uses BDAT.
    public override ReadOnlySpan<byte> OutOfOrder(LmtpState state) => state switch
    {
        LmtpState.Fresh => "Say LHLO first"u8,
        LmtpState.Chunks => "The message has begun with BDAT"u8,
        _ => "There is no valid recipient"u8,
    };

    public override async ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        if (!arguments.Span.Trim((byte)' ').IsEmpty)
        {
            session.Refuse(501, "5.5.4"u8, "DATA has no arguments"u8);
            return;
        }

        session.Output.WriteReply(354, default, "Send the message, end it with CR LF . CR LF"u8);
        session.Connection.State = "data";
        if (!await session.ReceiveDottedAsync())
            session.IsClosing = true;
    }
}
