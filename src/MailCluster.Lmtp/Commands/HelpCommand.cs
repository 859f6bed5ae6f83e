using MailCluster.Lmtp.Responses;
using MailCluster.Lmtp.Session;

namespace MailCluster.Lmtp.Commands;

/// <summary>HELP (RFC 5321 §4.1.1.8): the table.</summary>
internal sealed class HelpCommand : LmtpCommand
{
    public override string Verb => "HELP";

    public override LmtpState Allowed => LmtpState.Any;

    public override string Syntax => "HELP";

    public override ValueTask RunAsync(LmtpSession session, ReadOnlyMemory<byte> arguments)
    {
        session.Output.WriteHelp(LmtpCommands.All.Where(static c => c is not HeloCommand).Select(static c => c.Syntax));
        return ValueTask.CompletedTask;
    }
}
