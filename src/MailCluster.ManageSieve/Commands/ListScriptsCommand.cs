using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>LISTSCRIPTS (RFC 5804 §2.7).</summary>
internal sealed class ListScriptsCommand : ManageSieveCommand
{
    public override string Name => "LISTSCRIPTS";

    public override SessionState Allowed => SessionState.Authenticated;

    public override async ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        var list = await session.AskAsync(new ListScripts());
        foreach (var script in list.Scripts)
        {
            session.Output.WriteString(Encoding.UTF8.GetBytes(script.Name.Value));
            if (script.IsActive)
                session.Output.Write(" ACTIVE"u8);
            session.Output.WriteLineEnd();
        }

        return Answer.Ok("Listscripts completed");
    }
}
