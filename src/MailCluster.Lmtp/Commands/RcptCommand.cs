using System.Text;
using MailCluster.Delivery;
using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;
using MailCluster.Lmtp.Wire;

namespace MailCluster.Lmtp.Commands;

/// <summary>RCPT TO (RFC 5321 §4.1.1.3) with NOTIFY and ORCPT (RFC 3461): the user database is asked now, so that the client can bounce without sending the message.</summary>
internal sealed class RcptCommand : LmtpCommand
{
    public override string Verb => "RCPT";

    public override LmtpState Allowed => LmtpState.Sender | LmtpState.Recipients;

    public override string Syntax => "RCPT TO:<path> [NOTIFY=NEVER|SUCCESS,FAILURE,DELAY] [ORCPT=type;xtext]";

    public override ReadOnlySpan<byte> OutOfOrder(LmtpState state) => state switch
    {
        LmtpState.Fresh => "Say LHLO first"u8,
        LmtpState.Ready => "Say MAIL first"u8,
        _ => "The message has begun"u8,
    };

    public override async ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        if (!TryRead(session, arguments.Span, out var path, out var notify, out var original))
            return;
        var transaction = session.Transaction!;
        if (transaction.Recipients.Count >= session.Options.RecipientsMax)
        {
            // RFC 5321 §4.5.3.1.10: the client sends the rest in another transaction.
            session.Output.WriteReply(452, "4.5.3"u8, "Too many recipients"u8);
            return;
        }

        var resolution = await session.Delivery.ResolveAsync(path.Address, CancellationToken.None);
        switch (resolution.Status)
        {
            case RecipientStatus.Known when !await HasRoomAsync(session, resolution.Recipient!):
                var (code, enhanced, text) = session.OverQuota;
                session.Output.WriteRecipientReply(code, enhanced, path.Text, text);
                break;
            case RecipientStatus.Known:
                transaction.Recipients.Add(new AcceptedRecipient(path, resolution.Recipient! with { Notify = notify, OriginalRecipient = original }));
                session.State = LmtpState.Recipients;
                session.Output.WriteReply(250, "2.1.5"u8, "Recipient ok"u8);
                break;
            case RecipientStatus.Unknown:
                session.Output.WriteRecipientReply(550, "5.1.1"u8, path.Text, "There is no such user here");
                break;
            default:
                session.Output.WriteRecipientReply(451, "4.3.0"u8, path.Text, "Users cannot be looked up now");
                break;
        }
    }

    private static ValueTask<bool> HasRoomAsync(LmtpSession session, Recipient recipient) => session.Options.RecipientQuotaCheck
        ? session.Door.HasRoomAsync(recipient.Account, session.Transaction!.DeclaredSize, session.Connection.Closed)
        : ValueTask.FromResult(true);

    private static bool TryRead(LmtpSession session, ReadOnlySpan<byte> text, out MailPath path, out string notify, out string original)
    {
        path = default;
        notify = original = "";
        if (!CommandText.TryTakeKeyword(ref text, "TO:"u8) || !PathReader.TryRead(ref text, out path) || path.IsEmpty)
        {
            session.Refuse(501, "5.1.3"u8, "Bad recipient address; say RCPT TO:<path>"u8);
            return false;
        }

        if (!TryReadParameters(session, text, ref notify, ref original))
            return false;

        if (path.NeedsUtf8 && !session.Transaction!.IsUtf8)
        {
            session.Refuse(553, "5.6.7"u8, "This address needs SMTPUTF8"u8);
            return false;
        }

        return true;
    }

    private static bool TryReadParameters(LmtpSession session, ReadOnlySpan<byte> text, ref string notify, ref string original)
    {
        var parameters = new ParameterReader(text);
        while (parameters.TryRead(out var keyword, out var value))
        {
            bool isRead;
            if (session.Options.SendsReports && Ascii.EqualsIgnoreCase(keyword, "NOTIFY"u8))
                isRead = notify.Length == 0 && EnvelopeParameters.TryReadNotify(value, out notify);
            else if (session.Options.SendsReports && Ascii.EqualsIgnoreCase(keyword, "ORCPT"u8))
                isRead = original.Length == 0 && EnvelopeParameters.TryReadOriginalRecipient(value, out original);
            else
                return Refuse(session, 555, "Parameter of RCPT not recognised"u8);
            if (!isRead)
                return Refuse(session, 501, "NOTIFY or ORCPT is wrong, or there twice"u8);
        }

        return !parameters.IsMalformed || Refuse(session, 555, "Parameter of RCPT not recognised"u8);
    }

    private static bool Refuse(LmtpSession session, int code, ReadOnlySpan<byte> text)
    {
        session.Refuse(code, "5.5.4"u8, text);
        return false;
    }
}
