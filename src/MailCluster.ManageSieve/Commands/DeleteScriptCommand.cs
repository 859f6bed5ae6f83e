using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>DELETESCRIPT (RFC 5804 §2.10): not the active one.</summary>
internal sealed class DeleteScriptCommand : ManageSieveCommand
{
    public override string Name => "DELETESCRIPT";

    public override SessionState Allowed => SessionState.Authenticated;

    public override ImmutableArray<Parameter> Parameters { get; } = [new(ParameterKind.Name)];

    public override async ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        await session.ChangeAsync(new DeleteScript(ScriptNames.Read(arguments[0])));
        return Answer.Ok("Deletescript completed");
    }
}
