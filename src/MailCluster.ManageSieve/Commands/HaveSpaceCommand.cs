using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>HAVESPACE (RFC 5804 §2.5).</summary>
internal sealed class HaveSpaceCommand : ManageSieveCommand
{
    public override string Name => "HAVESPACE";

    public override SessionState Allowed => SessionState.Authenticated;

    public override ImmutableArray<Parameter> Parameters { get; } = [new(ParameterKind.Name), new(ParameterKind.Number)];

    public override async ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        await session.AskAsync(new AskScriptSpace(ScriptNames.Read(arguments[0]), arguments[1].Number));
        return Answer.Ok("There is space");
    }
}
