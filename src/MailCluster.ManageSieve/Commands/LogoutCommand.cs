using System.Collections.Immutable;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>LOGOUT (RFC 5804 §2.3): what the client sent after it is not looked at.</summary>
internal sealed class LogoutCommand : ManageSieveCommand
{
    public override string Name => "LOGOUT";

    public override SessionState Allowed => SessionState.Any;

    public override ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        session.IsClosing = true;
        return new(Answer.Ok("Logout completed"));
    }
}
