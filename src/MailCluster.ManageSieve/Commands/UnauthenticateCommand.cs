using System.Collections.Immutable;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>UNAUTHENTICATE (RFC 5804 §2.14.1): TLS stays.</summary>
internal sealed class UnauthenticateCommand : ManageSieveCommand
{
    public override string Name => "UNAUTHENTICATE";

    public override SessionState Allowed => SessionState.Authenticated;

    public override ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        session.LeaveAccount();
        return new(Answer.Ok("Unauthenticate completed"));
    }
}
