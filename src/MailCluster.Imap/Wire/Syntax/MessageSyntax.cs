using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>Commands that change messages.</summary>
internal static class MessageSyntax
{
    public static bool SetAndName(scoped ref WireReader reader, out SequenceSet set, out string mailbox)
    {
        mailbox = "";
        set = SequenceSet.Saved;
        return reader.ExpectSpace() && reader.ExpectSequenceSet(out set) && reader.ExpectSpace() && reader.ExpectMailbox(out mailbox);
    }

    public static ImapCommand? Expunge(scoped ref WireReader reader, string tag, bool uid)
    {
        if (!uid)
            return new ExpungeCommand(tag, null);
        return reader.ExpectSpace() && reader.ExpectSequenceSet(out var set) ? new ExpungeCommand(tag, set) : null;
    }

    public static ImapCommand? Store(scoped ref WireReader reader, string tag, bool uid)
    {
        if (!reader.ExpectSpace() || !reader.ExpectSequenceSet(out var set) || !reader.ExpectSpace())
            return null;
        ModSeq? unchangedSince = null;
        if (reader.TryReadByte((byte)'('))
        {
            // RFC 7162 §7: a single modifier.
            if (!reader.TryReadWord("UNCHANGEDSINCE"u8))
            {
                reader.Reject("Unknown STORE modifier");
                return null;
            }

            if (!reader.ExpectSpace() || !reader.ExpectModSeq(out var modSeq) || !reader.ExpectClose() || !reader.ExpectSpace())
                return null;
            unchangedSince = modSeq;
        }

        var operation = reader.TryReadByte((byte)'+') ? FlagOperation.Add
            : reader.TryReadByte((byte)'-') ? FlagOperation.Remove
            : FlagOperation.Replace;
        reader.TryReadName(out var item);
        var silent = Ascii.EqualsIgnoreCase(item, "FLAGS.SILENT"u8);
        if (!silent && !Ascii.EqualsIgnoreCase(item, "FLAGS"u8))
        {
            reader.Reject("FLAGS expected");
            return null;
        }

        if (!reader.ExpectSpace() || !ExpectStoreFlags(ref reader, out var flags))
            return null;
        return new StoreCommand(tag, uid, set, operation, silent, flags, unchangedSince);
    }

    private static bool ExpectStoreFlags(scoped ref WireReader reader, out FlagList flags) =>
        reader.Peek == '(' ? reader.ExpectFlagList(out flags) : reader.ExpectFlags(out flags);
}
