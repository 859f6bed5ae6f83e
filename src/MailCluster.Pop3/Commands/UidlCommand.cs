using MailCluster.Pop3.Responses;
using MailCluster.Pop3.Session;
using MailCluster.Pop3.Uidl;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Commands;

/// <summary>UIDL (RFC 1939 §7): the names of messages that stay over sessions, by the configured template.</summary>
internal sealed class UidlCommand : Pop3Command
{
    // Ten digits, a space, CRLF.
    private const int NumberBytesMax = 16;

    public override string Verb => "UIDL";

    public override Pop3State Allowed => Pop3State.Transaction;

    public override async ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        var word = new Arguments(arguments.Span).Next();
        if (!word.IsEmpty)
        {
            if (session.TryMessage(word, out var number))
            {
                session.BeginReply();
                Write(session, "+OK "u8, number);
            }

            return;
        }

        var maildrop = session.Maildrop;
        session.Ok("Unique ids follow"u8);
        for (var number = 1; number <= maildrop.Count; number++)
        {
            if (maildrop.Deleted.Contains(number - 1))
                continue;
            Write(session, default, number);
            await session.FlushIfLargeAsync();
        }

        session.Output.WriteEnd();
    }

    private static void Write(Pop3Session session, ReadOnlySpan<byte> prefix, int number)
    {
        var maildrop = session.Maildrop;
        var span = session.Output.GetSpan(prefix.Length + NumberBytesMax + UidlTemplate.LengthMax);
        prefix.CopyTo(span);
        var at = prefix.Length;
        at += Pop3Replies.Format(number, span[at..]);
        span[at++] = (byte)' ';
        at += session.Options.UidlFormat.Format(maildrop.View.UidValidity, maildrop.UidOf(number), maildrop.EmailIdOf(number), span[at..]);
        "\r\n"u8.CopyTo(span[at..]);
        session.Output.Advance(at + 2);
    }
}
