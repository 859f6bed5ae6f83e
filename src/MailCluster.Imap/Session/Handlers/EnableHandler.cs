using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>ENABLE (RFC 9051 §6.3.1, RFC 5161). What is not known, or needs no enabling, is passed over.</summary>
internal static class EnableHandler
{
    public static ValueTask<CommandOutcome> RunAsync(ImapSession session, EnableCommand command)
    {
        // Only those that this very command enabled are answered (RFC 5161 §3.2).
        var condstore = command.Capabilities.Contains("CONDSTORE") && !session.HasCondstore;
        var qresync = command.Capabilities.Contains("QRESYNC") && !session.HasQresync;
        var rev2 = command.Capabilities.Contains("IMAP4REV2") && !session.IsRev2;
        var writer = session.Respond();
        writer.Raw("* ENABLED"u8);
        if (condstore)
            writer.Raw(" CONDSTORE"u8);
        if (qresync)
            writer.Raw(" QRESYNC"u8);
        if (rev2)
            writer.Raw(" IMAP4rev2"u8);
        writer.Crlf();
        writer.Commit();
        if (condstore)
            session.EnableCondstore();
        if (qresync)
            session.EnableQresync();
        if (rev2)
            session.EnableRev2();
        return new(CommandOutcome.Ok("Done"));
    }
}
