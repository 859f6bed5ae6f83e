using MailCluster.Pop3.Responses;
using MailCluster.Pop3.Session;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Commands;

/// <summary>TOP (RFC 1939 §7): a header and the first lines of the body. Does not count as retrieved.</summary>
internal sealed class TopCommand : Pop3Command
{
    private static readonly ReadOnlyMemory<byte> Head = "+OK Top of the message follows\r\n"u8.ToArray();

    public override string Verb => "TOP";

    public override Pop3State Allowed => Pop3State.Transaction;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        var words = new Arguments(arguments.Span);
        if (!session.TryMessage(words.Next(), out var number))
            return ValueTask.CompletedTask;
        if (Arguments.TryReadNumber(words.Next(), out var lines) && words.IsEmpty)
            return SendAsync(session, number, lines);
        session.Bad("A number of lines is expected");
        return ValueTask.CompletedTask;
    }

    private static async ValueTask SendAsync(Pop3Session session, int number, int lines)
    {
        var row = session.Maildrop.RowOf(number);
        if (!await RetrCommand.MayBeSentAsync(session, row))
            return;
        await MessageSender.SendTopAsync(session, row, Head, lines);
        session.Tops++;
    }
}
