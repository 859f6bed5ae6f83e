using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>SELECT and EXAMINE with their parameters (RFC 4466 §2.4, RFC 7162 §7).</summary>
internal static class SelectSyntax
{
    public static ImapCommand? Read(scoped ref WireReader reader, string tag, bool readOnly)
    {
        var condstore = false;
        QresyncParameters? qresync = null;
        if (!reader.ExpectSpace() || !reader.ExpectMailbox(out var mailbox))
            return null;
        if (reader.TryReadList())
        {
            do
            {
                if (reader.TryReadWord("CONDSTORE"u8))
                    condstore = true;
                else if (reader.TryReadWord("QRESYNC"u8) && qresync is null)
                {
                    if (!ExpectQresync(ref reader, out qresync))
                        return null;
                }
                else
                {
                    reader.Reject("Unknown parameter");
                    return null;
                }
            }
            while (reader.TryReadByte((byte)' '));
            if (!reader.ExpectClose())
                return null;
        }

        return new SelectCommand(tag, mailbox, readOnly, condstore, qresync);
    }

    // "QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"
    private static bool ExpectQresync(scoped ref WireReader reader, out QresyncParameters? qresync)
    {
        qresync = null;
        if (!reader.ExpectSpace()
            || !reader.ExpectOpen()
            || !reader.ExpectNzNumber(out var uidValidity)
            || !reader.ExpectSpace()
            || !reader.ExpectModSeq(out var modSeq))
            return false;
        UidSet? known = null;
        QresyncMatch? match = null;
        var space = reader.TryReadByte((byte)' ');
        if (space && reader.Peek != '(')
        {
            if (!reader.ExpectKnownSet(out known))
                return false;
            space = reader.TryReadByte((byte)' ');
        }

        if (space && !ExpectMatch(ref reader, out match))
            return false;
        qresync = new QresyncParameters(uidValidity, modSeq, known, match);
        return reader.ExpectClose();
    }

    private static bool ExpectMatch(scoped ref WireReader reader, out QresyncMatch? match)
    {
        match = null;
        if (!reader.ExpectOpen()
            || !reader.ExpectKnownSet(out var numbers)
            || !reader.ExpectSpace()
            || !reader.ExpectKnownSet(out var uids)
            || !reader.ExpectClose())
            return false;
        if (numbers.UidCount != uids.UidCount)
            return reader.Reject("The sets of message numbers and UIDs differ in size");
        match = new QresyncMatch(numbers, uids);
        return true;
    }
}
