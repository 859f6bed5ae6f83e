using System.Buffers.Text;
using System.Text;
using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;
using MailCluster.Lmtp.Wire;

namespace MailCluster.Lmtp.Commands;

/// <summary>MAIL FROM (RFC 5321 §4.1.1.2) with SIZE (RFC 1870), BODY (RFC 6152) and SMTPUTF8 (RFC 6531): what is advertised and nothing else.</summary>
internal sealed class MailCommand : LmtpCommand
{
    public override string Verb => "MAIL";

    public override LmtpState Allowed => LmtpState.Ready;

    public override string Syntax => "MAIL FROM:<path> [SIZE=n] [BODY=7BIT|8BITMIME] [SMTPUTF8]";

    public override ReadOnlySpan<byte> OutOfOrder(LmtpState state) =>
        state == LmtpState.Fresh ? "Say LHLO first"u8 : "There is a transaction already"u8;

    public override ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        var text = arguments.Span;
        if (!CommandText.TryTakeKeyword(ref text, "FROM:"u8) || !PathReader.TryRead(ref text, out var sender))
        {
            session.Refuse(501, "5.1.7"u8, "Bad sender address; say MAIL FROM:<path>"u8);
            return ValueTask.CompletedTask;
        }

        if (!TryReadParameters(session, text, out var size, out var utf8))
            return ValueTask.CompletedTask;
        if (sender.NeedsUtf8 && !utf8)
        {
            session.Refuse(553, "5.6.7"u8, "This address needs SMTPUTF8"u8);
            return ValueTask.CompletedTask;
        }

        if (size > session.Options.MessageSizeMax)
        {
            session.Output.WriteReply(552, "5.3.4"u8, "The message is too large"u8);
            return ValueTask.CompletedTask;
        }

        session.BeginTransaction(new MailTransaction(sender, utf8, size));
        session.Output.WriteReply(250, "2.1.0"u8, "Sender ok"u8);
        return ValueTask.CompletedTask;
    }

    private static bool TryReadParameters(LmtpSession session, ReadOnlySpan<byte> text, out long size, out bool utf8)
    {
        size = 0;
        utf8 = false;
        var parameters = new ParameterReader(text);
        while (parameters.TryRead(out var keyword, out var value))
        {
            if (Ascii.EqualsIgnoreCase(keyword, "SIZE"u8))
            {
                // RFC 1870 §3: up to 20 digits. What does not fit in 63 bits is too large whatever it says.
                if (!CommandText.TryReadNumber(value, out size))
                    return Refuse(session, 501, "5.5.4"u8, "SIZE needs a number"u8);
            }
            else if (Ascii.EqualsIgnoreCase(keyword, "BODY"u8))
            {
                if (!Ascii.EqualsIgnoreCase(value, "7BIT"u8) && !Ascii.EqualsIgnoreCase(value, "8BITMIME"u8))
                    return Refuse(session, 501, "5.5.4"u8, "BODY is 7BIT or 8BITMIME"u8);
            }
            else if (Ascii.EqualsIgnoreCase(keyword, "SMTPUTF8"u8) && value.IsEmpty)
            {
                utf8 = true;
            }
            else
            {
                // RFC 5321 §4.1.1.11.
                return Refuse(session, 555, "5.5.4"u8, "Parameter of MAIL not recognised"u8);
            }
        }

        return !parameters.IsMalformed || Refuse(session, 501, "5.5.4"u8, "Bad parameter of MAIL"u8);
    }

    private static bool Refuse(LmtpSession session, int code, ReadOnlySpan<byte> enhanced, ReadOnlySpan<byte> text)
    {
        session.Refuse(code, enhanced, text);
        return false;
    }
}
