using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>RENAMESCRIPT (RFC 5804 §2.11): an active script stays active.</summary>
internal sealed class RenameScriptCommand : ManageSieveCommand
{
    public override string Name => "RENAMESCRIPT";

    public override SessionState Allowed => SessionState.Authenticated;

    public override ImmutableArray<Parameter> Parameters { get; } = [new(ParameterKind.Name), new(ParameterKind.Name)];

    public override async ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        await session.ChangeAsync(new RenameScript(ScriptNames.Read(arguments[0]), ScriptNames.Read(arguments[1])));
        return Answer.Ok("Renamescript completed");
    }
}
