using System.Globalization;
using System.Text;
using MailCluster.Edge;
using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>
/// BDAT (RFC 3030 §2): a counted chunk of the message. One reply for each chunk; for the last one, one for each recipient (RFC 2033 §4.3). The
/// chunk follows the command whatever the answer will be, so it is read even when it is refused.
/// </summary>
internal sealed class BdatCommand : LmtpCommand
{
    public override string Verb => "BDAT";

    public override LmtpState Allowed => LmtpState.Any;

    public override string Syntax => "BDAT <octets> [LAST]";

    public override async ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        if (!TryRead(arguments.Span, out var count, out var last))
        {
            // Where the chunk ends cannot be known, and its bytes must not be taken for commands.
            session.Refuse(501, "5.5.4"u8, "Say BDAT <octets> [LAST]"u8);
            session.IsClosing = true;
            return;
        }

        if (session.State is not (LmtpState.Recipients or LmtpState.Chunks))
        {
            if (!await session.SkipChunkAsync(count))
                session.IsClosing = true;
            else if (!session.IsClosing)
                session.Refuse(503, "5.5.1"u8, session.State == LmtpState.Fresh ? "Say LHLO first"u8 : "There is no valid recipient"u8);
            return;
        }

        session.State = LmtpState.Chunks;
        session.Connection.State = "data";
        if (!await session.ReceiveChunkAsync(count))
        {
            // Gone, or to be told why it ends.
            session.IsClosing = session.Connection.Ending == ConnectionEnding.None;
            return;
        }

        if (session.IsClosing)
            return;
        if (last)
            await session.FinishTransactionAsync();
        else if (session.Transaction!.Failure is { } failure)
            session.Output.WriteReply(failure.Code, Encoding.ASCII.GetBytes(failure.Enhanced), failure.Text);
        else
            session.Output.WriteReply(250, "2.0.0"u8, count.ToString(CultureInfo.InvariantCulture) + " octets received");
    }

    private static bool TryRead(ReadOnlySpan<byte> text, out long count, out bool last)
    {
        text = text.Trim((byte)' ');
        var space = text.IndexOf((byte)' ');
        var end = space < 0 ? default : text[(space + 1)..].TrimStart((byte)' ');
        last = Ascii.EqualsIgnoreCase(end, "LAST"u8);
        return CommandText.TryReadNumber(space < 0 ? text : text[..space], out count) && (last || end.IsEmpty);
    }
}
