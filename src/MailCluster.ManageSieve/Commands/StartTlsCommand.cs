using System.Collections.Immutable;
using MailCluster.Edge;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>
/// STARTTLS (RFC 5804 §2.2). What the client sent behind it in the same breath is refused and never run: it may have been put there by somebody on the way.
/// Under TLS the server speaks first, with its capabilities.
/// </summary>
internal sealed class StartTlsCommand : ManageSieveCommand
{
    private static readonly ReadOnlyMemory<byte> s_goAhead = "OK \"Begin TLS now\"\r\n"u8.ToArray();

    public override string Name => "STARTTLS";

    public override SessionState Allowed => SessionState.NotAuthenticated;

    public override async ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        if (session.Connection.IsTls)
            return Answer.No("TLS is on already");
        if (!session.Connection.CanStartTls)
            return Answer.No("TLS is not available");
        switch (await session.Connection.StartTlsAsync(s_goAhead))
        {
            case StartTlsOutcome.Established:
                Capabilities.Write(session);
                return Answer.Ok("TLS is on");
            case StartTlsOutcome.PipelinedInput:
                return Answer.Bye("Nothing may follow STARTTLS before TLS is on");
            default:
                session.IsClosing = true;
                return Answer.Written;
        }
    }
}
