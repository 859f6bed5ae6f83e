using MailCluster.Pop3.Responses;
using MailCluster.Pop3.Session;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Commands;

/// <summary>LIST (RFC 1939 §5): sizes of one message or of all.</summary>
internal sealed class ListCommand : Pop3Command
{
    public override string Verb => "LIST";

    public override Pop3State Allowed => Pop3State.Transaction;

    public override async ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        var word = new Arguments(arguments.Span).Next();
        if (!word.IsEmpty)
        {
            if (session.TryMessage(word, out var number))
                await ListAsync(session, number);
            return;
        }

        await session.LearnSizesAsync();
        var maildrop = session.Maildrop;
        session.Ok($"{maildrop.Count - maildrop.Deleted.Count} messages ({maildrop.Octets} octets)");
        for (var number = 1; number <= maildrop.Count; number++)
        {
            if (maildrop.Deleted.Contains(number - 1))
                continue;
            session.Output.WriteNumbers(default, number, maildrop.SizeOf(number));
            await session.FlushIfLargeAsync();
        }

        session.Output.WriteEnd();
    }

    private static async ValueTask ListAsync(Pop3Session session, int number)
    {
        var size = await session.SizeOfAsync(number);
        session.BeginReply();
        session.Output.WriteNumbers("+OK "u8, number, size);
    }
}
