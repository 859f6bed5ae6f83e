using System.Collections.Immutable;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>CHECKSCRIPT (RFC 5804 §2.12): as PUTSCRIPT, but nothing is kept, and quotas do not matter.</summary>
internal sealed class CheckScriptCommand : ManageSieveCommand
{
    public override string Name => "CHECKSCRIPT";

    public override SessionState Allowed => SessionState.Authenticated;

    public override ImmutableArray<Parameter> Parameters { get; } = [new(ParameterKind.Script)];

    public override ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        var found = session.Services.Checker.Check(arguments[0].Bytes);
        return new(Diagnostics.Refuse(found) ?? Diagnostics.Accept(found, "Script is valid"));
    }
}
