using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Responses;
using MailCluster.Pop3.Session;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Commands;

/// <summary>RETR (RFC 1939 §5): a whole message.</summary>
internal sealed class RetrCommand : Pop3Command
{
    public override string Verb => "RETR";

    public override Pop3State Allowed => Pop3State.Transaction;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments) =>
        session.TryMessage(new Arguments(arguments.Span).Next(), out var number) ? SendAsync(session, number) : ValueTask.CompletedTask;

    private static async ValueTask SendAsync(Pop3Session session, int number)
    {
        var maildrop = session.Maildrop;
        var row = maildrop.RowOf(number);
        if (!await MayBeSentAsync(session, row))
            return;
        var size = await session.SizeOfAsync(number);
        await MessageSender.SendAsync(session, row, Encoding.ASCII.GetBytes($"+OK {size} octets\r\n"));
        maildrop.Retrieved.Add(number - 1);
        maildrop.Last = Math.Max(maildrop.Last, number);
        session.RetrievedOctets += size;
    }

    /// <summary>RFC 6856 §2.1: a message that needs UTF8, for a client that did not say it. False: the client was told.</summary>
    internal static async ValueTask<bool> MayBeSentAsync(Pop3Session session, MessageRow row)
    {
        if (!session.Options.RefusesUtf8 || session.IsUtf8 || await MessageSender.HasAsciiHeaderAsync(session, row))
            return true;
        session.Refuse("UTF8"u8, "The message needs UTF8");
        return false;
    }
}
