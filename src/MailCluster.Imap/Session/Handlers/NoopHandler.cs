using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>NOOP (RFC 9051 §6.1.2): what it is for, news of the folder, every command brings.</summary>
internal static class NoopHandler
{
    public static ValueTask<CommandOutcome> RunAsync(ImapSession session, NoopCommand command) => new(CommandOutcome.Ok("Done"));
}
