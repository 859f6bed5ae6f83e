using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>SEARCH and UID SEARCH (RFC 9051 §6.4.4).</summary>
internal static class SearchHandler
{
    public static ValueTask<CommandOutcome> RunAsync(ImapSession session, SearchCommand command) =>
        new(CommandOutcome.No("SEARCH is not available", ResponseCode.Unavailable));
}
