using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>FETCH and UID FETCH (RFC 9051 §6.4.5).</summary>
internal static class FetchHandler
{
    public static ValueTask<CommandOutcome> RunAsync(ImapSession session, FetchCommand command) =>
        new(CommandOutcome.No("FETCH is not available", ResponseCode.Unavailable));
}
