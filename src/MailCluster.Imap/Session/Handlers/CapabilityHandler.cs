using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>CAPABILITY (RFC 9051 §6.1.1).</summary>
internal static class CapabilityHandler
{
    public static ValueTask<CommandOutcome> RunAsync(ImapSession session, CapabilityCommand command)
    {
        var writer = session.Respond();
        writer.Raw("* "u8);
        ImapCapabilities.Write(ref writer, session);
        writer.Crlf();
        writer.Commit();
        return new(CommandOutcome.Ok("Done"));
    }
}
