using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>SETACTIVE (RFC 5804 §2.8): the empty name turns filtering off.</summary>
internal sealed class SetActiveCommand : ManageSieveCommand
{
    public override string Name => "SETACTIVE";

    public override SessionState Allowed => SessionState.Authenticated;

    public override ImmutableArray<Parameter> Parameters { get; } = [new(ParameterKind.Name)];

    public override async ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        ScriptName? name = arguments[0].Bytes.Length == 0 ? null : ScriptNames.Read(arguments[0]);
        await session.ChangeAsync(new SetActiveScript(name));
        return Answer.Ok("Setactive completed");
    }
}
