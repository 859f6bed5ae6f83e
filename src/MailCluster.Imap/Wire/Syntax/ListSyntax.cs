using System.Collections.Immutable;
using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>LIST with its options (RFC 5258 §6), LSUB and STATUS.</summary>
internal static class ListSyntax
{
    public static ImapCommand? Lsub(scoped ref WireReader reader, string tag) =>
        reader.ExpectSpace()
        && reader.ExpectMailbox(out var reference)
        && reader.ExpectSpace()
        && reader.ExpectListMailbox(out var pattern)
            ? new LsubCommand(tag, reference, pattern)
            : null;

    public static ImapCommand? Status(scoped ref WireReader reader, string tag) =>
        reader.ExpectSpace()
        && reader.ExpectMailbox(out var mailbox)
        && reader.ExpectSpace()
        && ExpectStatusItems(ref reader, out var items)
            ? new StatusCommand(tag, mailbox, items)
            : null;

    public static ImapCommand? List(scoped ref WireReader reader, string tag)
    {
        if (!reader.ExpectSpace())
            return null;
        var selection = ListSelection.None;
        var extended = reader.Peek == '(';
        if (extended && (!ExpectSelection(ref reader, out selection) || !reader.ExpectSpace()))
            return null;
        if (!reader.ExpectMailbox(out var reference) || !reader.ExpectSpace())
            return null;
        extended |= reader.Peek == '(';
        if (!ExpectPatterns(ref reader, out var patterns))
            return null;
        var returns = ListReturn.None;
        var status = StatusItems.None;
        ImmutableArray<AnnotationPath> metadata = [];
        if (reader.Peek == ' ')
        {
            reader.TryReadByte((byte)' ');
            if (reader.TryReadWord("RETURN"u8))
            {
                extended = true;
                if (!reader.ExpectSpace() || !ExpectReturns(ref reader, out returns, out status, out metadata))
                    return null;
            }
            else if (!reader.ExpectEnd())
            {
                return null;
            }
        }

        return new ListCommand(tag, selection, reference, patterns, returns, status, metadata, extended);
    }

    private static bool ExpectPatterns(scoped ref WireReader reader, out ImmutableArray<string> patterns)
    {
        patterns = [];
        if (!reader.TryReadByte((byte)'('))
        {
            if (!reader.ExpectListMailbox(out var one))
                return false;
            patterns = [one];
            return true;
        }

        var many = ImmutableArray.CreateBuilder<string>();
        var items = 0;
        do
        {
            if (!reader.ExpectListMailbox(out var pattern))
                return false;
            many.Add(pattern);
        }
        while (reader.NextInList(ref items));
        patterns = many.DrainToImmutable();
        return reader.Error is null;
    }

    private static bool ExpectSelection(scoped ref WireReader reader, out ListSelection selection)
    {
        selection = ListSelection.None;
        if (!reader.ExpectOpen())
            return false;
        if (reader.TryReadByte((byte)')'))
            return true;
        var items = 0;
        do
        {
            if (!reader.ExpectAtom(out var word))
                return false;
            var option = word.Length switch
            {
                6 when Ascii.EqualsIgnoreCase(word, "REMOTE"u8) => ListSelection.Remote,
                10 when Ascii.EqualsIgnoreCase(word, "SUBSCRIBED"u8) => ListSelection.Subscribed,
                11 when Ascii.EqualsIgnoreCase(word, "SPECIAL-USE"u8) => ListSelection.SpecialUse,
                14 when Ascii.EqualsIgnoreCase(word, "RECURSIVEMATCH"u8) => ListSelection.RecursiveMatch,
                _ => ListSelection.None,
            };
            if (option == ListSelection.None)
                return reader.Reject("Unknown LIST selection option");
            selection |= option;
        }
        while (reader.NextInList(ref items));
        if (reader.Error is not null)
            return false;
        // RFC 5258 §3.1: RECURSIVEMATCH needs an option that can stand by itself; RFC 6154 §6 made SPECIAL-USE one.
        var standsAlone = (selection & (ListSelection.Subscribed | ListSelection.SpecialUse)) != 0;
        return standsAlone
            || !selection.HasFlag(ListSelection.RecursiveMatch)
            || reader.Reject("RECURSIVEMATCH needs SUBSCRIBED or SPECIAL-USE");
    }

    private static bool ExpectReturns(
        scoped ref WireReader reader, out ListReturn returns, out StatusItems status, out ImmutableArray<AnnotationPath> metadata)
    {
        metadata = [];
        returns = ListReturn.None;
        status = StatusItems.None;
        if (!reader.ExpectOpen())
            return false;
        if (reader.TryReadByte((byte)')'))
            return true;
        var items = 0;
        do
        {
            if (!reader.ExpectAtom(out var word))
                return false;
            var option = word.Length switch
            {
                6 when Ascii.EqualsIgnoreCase(word, "STATUS"u8) => ListReturn.Status,
                8 when Ascii.EqualsIgnoreCase(word, "METADATA"u8) => ListReturn.Metadata,
                8 when Ascii.EqualsIgnoreCase(word, "CHILDREN"u8) => ListReturn.Children,
                10 when Ascii.EqualsIgnoreCase(word, "SUBSCRIBED"u8) => ListReturn.Subscribed,
                11 when Ascii.EqualsIgnoreCase(word, "SPECIAL-USE"u8) => ListReturn.SpecialUse,
                _ => ListReturn.None,
            };
            if (option == ListReturn.None)
                return reader.Reject("Unknown LIST return option");
            returns |= option;
            // RFC 5819 §4.
            if (option == ListReturn.Status && (!reader.ExpectSpace() || !ExpectStatusItems(ref reader, out status)))
                return false;
            // RFC 9590.
            if (option == ListReturn.Metadata && (!reader.ExpectSpace() || !MetadataSyntax.ExpectEntries(ref reader, out metadata)))
                return false;
        }
        while (reader.NextInList(ref items));
        return reader.Error is null;
    }

    private static bool ExpectStatusItems(scoped ref WireReader reader, out StatusItems items)
    {
        items = StatusItems.None;
        if (!reader.ExpectOpen())
            return false;
        var count = 0;
        do
        {
            if (!reader.ExpectAtom(out var word))
                return false;
            var item = StatusItem(word);
            if (item == StatusItems.None)
                return reader.Reject("Unknown STATUS item");
            items |= item;
        }
        while (reader.NextInList(ref count));
        return reader.Error is null;
    }

    private static StatusItems StatusItem(ReadOnlySpan<byte> word) => word.Length switch
    {
        4 when Ascii.EqualsIgnoreCase(word, "SIZE"u8) => StatusItems.Size,
        6 when Ascii.EqualsIgnoreCase(word, "RECENT"u8) => StatusItems.Recent,
        6 when Ascii.EqualsIgnoreCase(word, "UNSEEN"u8) => StatusItems.Unseen,
        7 when Ascii.EqualsIgnoreCase(word, "UIDNEXT"u8) => StatusItems.UidNext,
        7 when Ascii.EqualsIgnoreCase(word, "DELETED"u8) => StatusItems.Deleted,
        8 when Ascii.EqualsIgnoreCase(word, "MESSAGES"u8) => StatusItems.Messages,
        9 when Ascii.EqualsIgnoreCase(word, "MAILBOXID"u8) => StatusItems.MailboxId,
        11 when Ascii.EqualsIgnoreCase(word, "UIDVALIDITY"u8) => StatusItems.UidValidity,
        11 when Ascii.EqualsIgnoreCase(word, "APPENDLIMIT"u8) => StatusItems.AppendLimit,
        13 when Ascii.EqualsIgnoreCase(word, "HIGHESTMODSEQ"u8) => StatusItems.HighestModSeq,
        15 when Ascii.EqualsIgnoreCase(word, "DELETED-STORAGE"u8) => StatusItems.DeletedStorage,
        _ => StatusItems.None,
    };
}
