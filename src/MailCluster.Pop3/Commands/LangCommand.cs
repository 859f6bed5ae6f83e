using System.Text;
using MailCluster.Pop3.Responses;
using MailCluster.Pop3.Session;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Commands;

/// <summary>LANG (RFC 6856 §3): the server speaks English, and i-default is English too (RFC 2277 §4.5).</summary>
internal sealed class LangCommand : Pop3Command
{
    public override string Verb => "LANG";

    public override Pop3State Allowed => Pop3State.Any;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        var range = new Arguments(arguments.Span).Next();
        if (range.IsEmpty)
        {
            session.Ok("Languages follow"u8);
            session.Output.WriteLine("en English"u8);
            session.Output.WriteLine("i-default English"u8);
            session.Output.WriteEnd();
        }
        else if (range.SequenceEqual("*"u8) || Ascii.EqualsIgnoreCase(range, "en"u8))
        {
            session.Ok("en English it is"u8);
        }
        else if (Ascii.EqualsIgnoreCase(range, "i-default"u8))
        {
            session.Ok("i-default English it is"u8);
        }
        else
        {
            session.Refuse(default, "Only English is spoken here");
        }

        return ValueTask.CompletedTask;
    }
}
