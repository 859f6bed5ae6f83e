using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>PUTSCRIPT (RFC 5804 §2.6): a script that does not compile is not kept, and the one it was to replace stays.</summary>
internal sealed class PutScriptCommand : ManageSieveCommand
{
    public override string Name => "PUTSCRIPT";

    public override SessionState Allowed => SessionState.Authenticated;

    public override ImmutableArray<Parameter> Parameters { get; } = [new(ParameterKind.Name), new(ParameterKind.Script)];

    public override async ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        var name = ScriptNames.Read(arguments[0]);
        var content = arguments[1].Bytes;
        var found = session.Services.Checker.Check(content);
        if (Diagnostics.Refuse(found) is { } refusal)
            return refusal;
        await session.ChangeAsync(new PutScript(name, ImmutableCollectionsMarshal.AsImmutableArray(content)));
        return Diagnostics.Accept(found, "Putscript completed");
    }
}
