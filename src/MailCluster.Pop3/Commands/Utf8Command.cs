using MailCluster.Pop3.Session;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Commands;

/// <summary>UTF8 (RFC 6856 §2.1): the client takes messages with unencoded text in their headers.</summary>
internal sealed class Utf8Command : Pop3Command
{
    public override string Verb => "UTF8";

    public override Pop3State Allowed => Pop3State.Authorization;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        if (new Arguments(arguments.Span).IsEmpty)
        {
            session.IsUtf8 = true;
            session.Ok("UTF-8 it is"u8);
        }
        else
        {
            session.Bad("UTF8 has no arguments");
        }

        return ValueTask.CompletedTask;
    }
}
