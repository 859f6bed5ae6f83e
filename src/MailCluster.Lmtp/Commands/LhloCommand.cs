using System.Text;
using System.Text.Unicode;
using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>LHLO (RFC 2033 §4.1): the client's name in, the extensions out. Ends a transaction.</summary>
internal sealed class LhloCommand : LmtpCommand
{
    // RFC 1035 §2.3.4.
    private const int NameBytesMax = 255;

    public override string Verb => "LHLO";

    public override LmtpState Allowed => LmtpState.Any;

    public override string Syntax => "LHLO <domain>";

    public override ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        var name = arguments.Span.Trim((byte)' ');
        if (!IsName(name))
        {
            session.Refuse(501, "5.5.4"u8, "LHLO needs the name of the client"u8);
            return ValueTask.CompletedTask;
        }

        session.ClientName = Encoding.UTF8.GetString(name);
        session.State = LmtpState.Ready;
        session.ResetTransaction();
        WriteExtensions(session);
        return ValueTask.CompletedTask;
    }

    private static void WriteExtensions(LmtpSession session)
    {
        var output = session.Output;
        output.WriteKeyword(last: false, session.Edge.Options.HostName);
        // RFC 2033 §5 asks for these two.
        output.WriteKeyword(last: false, "PIPELINING");
        output.WriteKeyword(last: false, "ENHANCEDSTATUSCODES");
        output.WriteKeyword(last: false, "8BITMIME");
        output.WriteKeyword(last: false, "SMTPUTF8");
        output.WriteKeyword(last: false, "CHUNKING");
        if (session.Options.SendsReports)
        {
            output.WriteKeyword(last: false, "DSN");
            output.WriteKeyword(last: false, "DELIVERBY");
        }

        if (session.Connection.CanStartTls)
            output.WriteKeyword(last: false, "STARTTLS");
        output.WriteKeyword(last: true, $"SIZE {session.Options.MessageSizeMax}");
    }

    // It goes into a header: nothing that could end or open something there. Otherwise whatever clients say.
    private static bool IsName(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > NameBytesMax || !Utf8.IsValid(name))
            return false;
        foreach (var b in name)
        {
            if (b is <= (byte)' ' or 0x7f or (byte)'(' or (byte)')' or (byte)';' or (byte)'<' or (byte)'>' or (byte)'"' or (byte)'\\')
                return false;
        }

        return true;
    }
}
