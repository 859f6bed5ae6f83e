using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>SEARCH: RETURN, CHARSET and the program (RFC 9051 §9, search).</summary>
internal static class SearchSyntax
{
    public static ImapCommand? Read(scoped ref WireReader reader, string tag, bool uid)
    {
        var returns = SearchReturn.Plain;
        if (!reader.ExpectSpace())
            return null;
        if (reader.TryReadWord("RETURN"u8) && (!reader.ExpectSpace() || !ExpectReturns(ref reader, out returns) || !reader.ExpectSpace()))
            return null;
        return TryReadProgram(ref reader, out var key) ? new SearchCommand(tag, uid, returns, key) : null;
    }

    /// <summary>search-program: <c>["CHARSET" SP charset SP] search-key *(SP search-key)</c>.</summary>
    public static bool TryReadProgram(scoped ref WireReader reader, out SearchKey key)
    {
        key = SearchKey.All.Instance;
        // RFC 9051 §6.4.4: UTF-8 is the default. RFC 3501 had US-ASCII, of which it is a superset.
        Encoding? charset = null;
        if (reader.TryReadWord("CHARSET"u8))
        {
            if (!reader.ExpectSpace() || !reader.ExpectAString(out var name))
                return false;
            if (!SearchCharset.TryFind(name, out charset))
                return reader.Reject("Unknown charset", RejectionKind.BadCharset);
            if (!reader.ExpectSpace())
                return false;
        }

        var keys = new SearchKeyReader(charset);
        return keys.ExpectAll(ref reader, closed: false, out key);
    }

    private static bool ExpectReturns(scoped ref WireReader reader, out SearchReturn returns)
    {
        // RFC 4731 §3.1: RETURN () is RETURN (ALL).
        returns = SearchReturn.All;
        if (!reader.ExpectOpen())
            return false;
        if (reader.TryReadByte((byte)')'))
            return true;
        returns = SearchReturn.Plain;
        var items = 0;
        do
        {
            if (!reader.ExpectAtom(out var word))
                return false;
            var option = word.Length switch
            {
                3 when Ascii.EqualsIgnoreCase(word, "MIN"u8) => SearchReturn.Min,
                3 when Ascii.EqualsIgnoreCase(word, "MAX"u8) => SearchReturn.Max,
                3 when Ascii.EqualsIgnoreCase(word, "ALL"u8) => SearchReturn.All,
                4 when Ascii.EqualsIgnoreCase(word, "SAVE"u8) => SearchReturn.Save,
                5 when Ascii.EqualsIgnoreCase(word, "COUNT"u8) => SearchReturn.Count,
                _ => SearchReturn.Plain,
            };
            if (option == SearchReturn.Plain)
                return reader.Reject("Unknown SEARCH return option");
            returns |= option;
        }
        while (reader.NextInList(ref items));
        return reader.Error is null;
    }
}
