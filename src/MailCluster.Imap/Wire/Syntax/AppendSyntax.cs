using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>What stands around the messages of APPEND (RFC 9051 §6.3.12, RFC 3502).</summary>
internal static class AppendSyntax
{
    /// <summary>Reads up to and with the first message's literal marker; the input is all of the command so far.</summary>
    public static AppendCommand? ReadFirst(
        scoped ref WireReader reader, LiteralHeader literal, out AppendMessage message, out Rejection rejection)
    {
        message = default;
        rejection = default;
        if (CommandSyntax.ExpectStart(ref reader, out var tag, out _, out _)
            && reader.ExpectSpace()
            && reader.ExpectMailbox(out var mailbox)
            && ExpectMessage(ref reader, literal, out message))
            return new AppendCommand(tag, mailbox);
        rejection = new Rejection(reader.ErrorKind, tag.Length > 0 ? tag : null, reader.Error ?? "Syntax error");
        return null;
    }

    /// <summary>Reads <c>[SP flag-list] [SP date-time] SP literal</c>; the input ends with the literal's marker.</summary>
    public static bool ExpectMessage(scoped ref WireReader reader, LiteralHeader literal, out AppendMessage message)
    {
        message = default;
        var flags = FlagList.Empty;
        InternalDate? date = null;
        if (!reader.ExpectSpace())
            return false;
        if (reader.Peek == '(' && (!reader.ExpectFlagList(out flags) || !reader.ExpectSpace()))
            return false;
        if (reader.Peek == '"')
        {
            if (!reader.ExpectDateTime(out var given) || !reader.ExpectSpace())
                return false;
            date = given;
        }

        message = new AppendMessage(flags, date, literal);
        return reader.ExpectFinalMarker();
    }

    /// <summary>An APPEND that ends without a literal is never right; finds out what it lacks.</summary>
    public static ImapCommand? WithoutMessage(scoped ref WireReader reader)
    {
        if (reader.ExpectSpace() && reader.ExpectMailbox(out _))
            reader.Reject("Message literal expected");
        return null;
    }
}
