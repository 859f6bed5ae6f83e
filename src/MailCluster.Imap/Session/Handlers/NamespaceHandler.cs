using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>NAMESPACE (RFC 9051 §6.3.10, RFC 2342): one personal namespace, with no prefix.</summary>
internal static class NamespaceHandler
{
    public static ValueTask<CommandOutcome> RunAsync(ImapSession session, NamespaceCommand command)
    {
        var writer = session.Respond();
        writer.Raw("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n"u8);
        writer.Commit();
        return new(CommandOutcome.Ok("Done"));
    }
}
