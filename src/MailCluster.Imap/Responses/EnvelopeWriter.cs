using MailCluster.Mime;

namespace MailCluster.Imap.Responses;

/// <summary>ENVELOPE (RFC 9051 §7.5.2).</summary>
internal static class EnvelopeWriter
{
    public static void Write(scoped ref ResponseWriter writer, scoped in Envelope envelope)
    {
        writer.Open();
        writer.NString(envelope.Date);
        writer.Space();
        writer.NString(envelope.Subject);
        Addresses(ref writer, envelope.From);
        Addresses(ref writer, envelope.Sender);
        Addresses(ref writer, envelope.ReplyTo);
        Addresses(ref writer, envelope.To);
        Addresses(ref writer, envelope.Cc);
        Addresses(ref writer, envelope.Bcc);
        writer.Space();
        writer.NString(envelope.InReplyTo);
        writer.Space();
        writer.NString(envelope.MessageId);
        writer.Close();
    }

    // With the space before it.
    private static void Addresses(scoped ref ResponseWriter writer, scoped AddressList addresses)
    {
        if (addresses.IsEmpty)
        {
            writer.Raw(" NIL"u8);
            return;
        }

        writer.Raw(" ("u8);
        foreach (var address in addresses)
        {
            writer.Open();
            writer.NString(address.Name);
            writer.Space();
            writer.NString(address.Route);
            writer.Space();
            writer.NString(address.Mailbox);
            writer.Space();
            writer.NString(address.Host);
            writer.Close();
        }

        writer.Close();
    }
}
