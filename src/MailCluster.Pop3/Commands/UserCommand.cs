using System.Text;
using System.Text.Unicode;
using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Commands;

/// <summary>USER (RFC 1939 §7): the name for PASS. The answer does not tell whether there is such a user.</summary>
internal sealed class UserCommand : Pop3Command
{
    public override string Verb => "USER";

    public override Pop3State Allowed => Pop3State.Authorization;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        var name = arguments.Span.Trim((byte)' ');
        if (!session.Services.Login.MaySendPassword(session.Connection))
        {
            session.RefuseWithoutTls();
        }
        else if (name.IsEmpty || !Utf8.IsValid(name))
        {
            session.Bad("A name is expected");
        }
        else
        {
            session.UserName = Encoding.UTF8.GetString(name);
            session.Ok("Now the password"u8);
        }

        return ValueTask.CompletedTask;
    }
}
