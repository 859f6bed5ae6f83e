using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Responses;

/// <summary>Untagged data about folders (RFC 9051 §7.3, §7.4). Each method writes whole lines.</summary>
internal ref partial struct ResponseWriter
{
    public void Exists(int count) => NumberLine(count, " EXISTS\r\n"u8);

    /// <summary>RFC 3501 §7.3.2; not for IMAP4rev2.</summary>
    public void RecentCount(int count) => NumberLine(count, " RECENT\r\n"u8);

    public void Expunge(int sequenceNumber) => NumberLine(sequenceNumber, " EXPUNGE\r\n"u8);

    /// <summary>VANISHED (RFC 7162 §3.2.10). Writes nothing for an empty set.</summary>
    public void Vanished(UidSet uids, bool earlier)
    {
        if (uids.IsEmpty)
            return;
        Raw(earlier ? "* VANISHED (EARLIER) "u8 : "* VANISHED "u8);
        Set(uids);
        Crlf();
    }

    /// <summary>FLAGS (RFC 9051 §7.3.5).</summary>
    public void FlagsLine(IReadOnlyList<string> keywords)
    {
        Raw("* FLAGS "u8);
        Flags((SystemFlags)31, keywords);
        Crlf();
    }

    /// <summary>LIST or LSUB (RFC 9051 §7.3.1).</summary>
    public void List(in ListLine line)
    {
        Raw(line.IsLsub ? "* LSUB ("u8 : "* LIST ("u8);
        var any = false;
        for (var bit = 0; bit < ListAttributeWords.Count; bit++)
        {
            if (((int)line.Attributes >> bit & 1) == 0)
                continue;
            if (any)
                Space();
            any = true;
            Raw(ListAttributeWords.At(bit));
        }

        if (line.Use != SpecialUse.None)
        {
            Raw(any ? " \\"u8 : "\\"u8);
            Ascii(line.Use.ToString());
        }

        Raw(") \"/\" "u8);
        Mailbox(line.Name);
        if (line.ChildSubscribed || line.OldName is not null)
            ExtendedListItems(line);
        Crlf();
    }

    /// <summary>STATUS (RFC 9051 §7.3.4). Only the items asked for are written.</summary>
    /// <param name="appendLimit">APPENDLIMIT in bytes (RFC 7889 §3).</param>
    public void FolderStatus(FolderInfo folder, StatusItems items, long appendLimit)
    {
        Raw("* STATUS "u8);
        Mailbox(folder.Name.Value);
        Raw(" ("u8);
        var first = true;
        StatusItem(items, StatusItems.Messages, "MESSAGES "u8, folder.Messages, ref first);
        StatusItem(items, StatusItems.Recent, "RECENT "u8, Utf8 ? 0 : folder.Recent, ref first);
        StatusItem(items, StatusItems.UidNext, "UIDNEXT "u8, folder.UidNext, ref first);
        StatusItem(items, StatusItems.UidValidity, "UIDVALIDITY "u8, folder.UidValidity, ref first);
        StatusItem(items, StatusItems.Unseen, "UNSEEN "u8, folder.Unseen, ref first);
        StatusItem(items, StatusItems.Deleted, "DELETED "u8, folder.Deleted, ref first);
        StatusItem(items, StatusItems.DeletedStorage, "DELETED-STORAGE "u8, folder.DeletedSize, ref first);
        StatusItem(items, StatusItems.Size, "SIZE "u8, folder.Size, ref first);
        StatusItem(items, StatusItems.HighestModSeq, "HIGHESTMODSEQ "u8, folder.HighestModSeq.Value, ref first);
        StatusItem(items, StatusItems.AppendLimit, "APPENDLIMIT "u8, appendLimit, ref first);
        if ((items & StatusItems.MailboxId) != 0)
        {
            Raw(first ? "MAILBOXID ("u8 : " MAILBOXID ("u8);
            Ascii(folder.Id.ToString());
            Close();
        }

        Raw(")\r\n"u8);
    }

    // RFC 5258 §3.5 (CHILDINFO), RFC 9051 §6.3.9.7 (OLDNAME).
    private void ExtendedListItems(in ListLine line)
    {
        Raw(" ("u8);
        if (line.ChildSubscribed)
            Raw("\"CHILDINFO\" (\"SUBSCRIBED\")"u8);
        if (line.OldName is not null)
        {
            Raw(line.ChildSubscribed ? " \"OLDNAME\" ("u8 : "\"OLDNAME\" ("u8);
            Mailbox(line.OldName);
            Close();
        }

        Close();
    }

    private void NumberLine(int number, ReadOnlySpan<byte> rest)
    {
        Raw("* "u8);
        Number(number);
        Raw(rest);
    }

    private void StatusItem(StatusItems asked, StatusItems item, ReadOnlySpan<byte> name, long value, ref bool first)
    {
        if ((asked & item) == 0)
            return;
        if (!first)
            Space();
        first = false;
        Raw(name);
        Number(value);
    }
}

/// <summary>One LIST or LSUB response.</summary>
/// <param name="ChildSubscribed">CHILDINFO ("SUBSCRIBED"): a folder under it matched, not (only) itself.</param>
/// <param name="OldName">OLDNAME, after a rename, or null.</param>
internal readonly record struct ListLine(
    string Name,
    ListAttributes Attributes,
    SpecialUse Use = SpecialUse.None,
    bool ChildSubscribed = false,
    string? OldName = null,
    bool IsLsub = false);

/// <summary>Mailbox name attributes (RFC 9051 §7.3.1); the special uses are apart.</summary>
[Flags]
internal enum ListAttributes
{
    None = 0,
    NonExistent = 1,
    NoInferiors = 1 << 1,
    NoSelect = 1 << 2,
    HasChildren = 1 << 3,
    HasNoChildren = 1 << 4,
    Marked = 1 << 5,
    Unmarked = 1 << 6,
    Subscribed = 1 << 7,
    Remote = 1 << 8,
}

/// <summary>The words of <see cref="ListAttributes"/>, by bit.</summary>
internal static class ListAttributeWords
{
    private static readonly byte[][] Words =
    [
        .. Enum.GetValues<ListAttributes>()
            .Where(static attribute => attribute != ListAttributes.None)
            .Select(static attribute => System.Text.Encoding.ASCII.GetBytes(attribute switch
            {
                // As RFC 9051 §7.3.1 spells them: some clients look at the case.
                ListAttributes.NoInferiors => "\\Noinferiors",
                ListAttributes.NoSelect => "\\Noselect",
                _ => "\\" + attribute,
            })),
    ];

    public static int Count => Words.Length;

    public static ReadOnlySpan<byte> At(int bit) => Words[bit];
}
