using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>CHECK (RFC 3501 §6.4.1): everything acknowledged is durable already, so it is NOOP.</summary>
internal static class CheckHandler
{
    public static ValueTask<CommandOutcome> RunAsync(ImapSession session, CheckCommand command) => new(CommandOutcome.Ok("Done"));
}
