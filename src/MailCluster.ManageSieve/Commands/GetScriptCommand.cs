using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>GETSCRIPT (RFC 5804 §2.9): the script comes back byte for byte.</summary>
internal sealed class GetScriptCommand : ManageSieveCommand
{
    public override string Name => "GETSCRIPT";

    public override SessionState Allowed => SessionState.Authenticated;

    public override ImmutableArray<Parameter> Parameters { get; } = [new(ParameterKind.Name)];

    public override async ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        var script = await session.AskAsync(new GetScript(ScriptNames.Read(arguments[0])));
        session.Output.WriteLiteral(script.Content.AsSpan());
        session.Output.WriteLineEnd();
        return Answer.Ok("Getscript completed");
    }
}
