using System.Buffers.Text;
using System.Text;
using MailCluster.Delivery;
using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;
using MailCluster.Lmtp.Wire;

namespace MailCluster.Lmtp.Commands;

/// <summary>
/// MAIL FROM (RFC 5321 §4.1.1.2) with SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), RET and ENVID (RFC 3461), BY (RFC 2852): what is advertised and nothing else.
/// </summary>
internal sealed class MailCommand : LmtpCommand
{
    public override string Verb => "MAIL";

    public override LmtpState Allowed => LmtpState.Ready;

    public override string Syntax => "MAIL FROM:<path> [SIZE=n] [BODY=7BIT|8BITMIME] [SMTPUTF8] [RET=FULL|HDRS] [ENVID=xtext] [BY=n;N|R[T]]";

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

        if (!TryReadParameters(session, text, out var size, out var utf8, out var terms))
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

        session.BeginTransaction(new MailTransaction(sender, utf8, size) { Terms = terms });
        session.Output.WriteReply(250, "2.1.0"u8, "Sender ok"u8);
        return ValueTask.CompletedTask;
    }

    private static bool TryReadParameters(LmtpSession session, ReadOnlySpan<byte> text, out long size, out bool utf8, out MailTerms terms)
    {
        size = 0;
        utf8 = false;
        terms = MailTerms.None;
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
            else if (session.Options.SendsReports && IsTerm(keyword))
            {
                if (!TryReadTerm(keyword, value, session.Edge.Time.GetUtcNow(), ref terms))
                    return Refuse(session, 501, "5.5.4"u8, "RET, ENVID or BY is wrong, or there twice"u8);
            }
            else
            {
                // RFC 5321 §4.1.1.11.
                return Refuse(session, 555, "5.5.4"u8, "Parameter of MAIL not recognised"u8);
            }
        }

        return !parameters.IsMalformed || Refuse(session, 501, "5.5.4"u8, "Bad parameter of MAIL"u8);
    }

    private static bool IsTerm(ReadOnlySpan<byte> keyword) =>
        Ascii.EqualsIgnoreCase(keyword, "RET"u8) || Ascii.EqualsIgnoreCase(keyword, "ENVID"u8) || Ascii.EqualsIgnoreCase(keyword, "BY"u8);

    // RFC 3461 §5.1: each at most once.
    private static bool TryReadTerm(ReadOnlySpan<byte> keyword, ReadOnlySpan<byte> value, DateTimeOffset now, ref MailTerms terms)
    {
        if (Ascii.EqualsIgnoreCase(keyword, "BY"u8))
            return terms.DeliverBy is null && EnvelopeParameters.TryReadBy(value, now, ref terms);
        string read;
        if (Ascii.EqualsIgnoreCase(keyword, "RET"u8))
        {
            if (terms.Return.Length > 0 || !EnvelopeParameters.TryReadReturn(value, out read))
                return false;
            terms = terms with { Return = read };
            return true;
        }

        if (terms.EnvelopeId.Length > 0 || !EnvelopeParameters.TryReadEnvelopeId(value, out read))
            return false;
        terms = terms with { EnvelopeId = read };
        return true;
    }

    private static bool Refuse(LmtpSession session, int code, ReadOnlySpan<byte> enhanced, ReadOnlySpan<byte> text)
    {
        session.Refuse(code, enhanced, text);
        return false;
    }
}
