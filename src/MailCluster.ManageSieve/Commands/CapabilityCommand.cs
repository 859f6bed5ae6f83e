using System.Collections.Immutable;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>CAPABILITY (RFC 5804 §2.4).</summary>
internal sealed class CapabilityCommand : ManageSieveCommand
{
    public override string Name => "CAPABILITY";

    public override SessionState Allowed => SessionState.Any;

    public override ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        Capabilities.Write(session);
        return new(Answer.Ok("Capability completed"));
    }
}
