using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Commands;

/// <summary>PASS (RFC 1939 §7): everything after the space is the password, spaces too.</summary>
internal sealed class PassCommand : Pop3Command
{
    public override string Verb => "PASS";

    public override Pop3State Allowed => Pop3State.Authorization;

    public override async ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        if (!session.Services.Login.MaySendPassword(session.Connection))
        {
            session.RefuseWithoutTls();
            return;
        }

        if (session.UserName is not { } name)
        {
            session.Bad("Say USER first");
            return;
        }

        // What was answered before does not wait for a password to be hashed.
        await session.FlushAsync();
        await session.FinishLoginAsync(await session.Services.Login.LogInAsync(session.Connection, "USER", name, arguments));
    }
}
