using System.Collections.Frozen;
using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>
/// Search keys that take an argument. The dates are in the order of <see cref="DateSource"/> and <see cref="DateRelation"/>.
/// </summary>
internal enum SearchKeyName
{
    None,
    Not,
    Or,
    Uid,
    Keyword,
    Unkeyword,
    Larger,
    Smaller,
    Older,
    Younger,
    ModSeq,
    EmailId,
    ThreadId,
    Before,
    On,
    Since,
    SentBefore,
    SentOn,
    SentSince,
    SavedBefore,
    SavedOn,
    SavedSince,
    Bcc,
    Cc,
    From,
    Subject,
    To,
    Header,
    Body,
    Text,
}

/// <summary>Search keys by their names on the wire.</summary>
internal static class SearchKeyNames
{
    private const int NameBytesMax = 17;

    private static readonly FrozenDictionary<string, SearchKeyName>.AlternateLookup<ReadOnlySpan<char>> Names =
        Enum.GetValues<SearchKeyName>()
        .Where(static name => name != SearchKeyName.None)
        .ToFrozenDictionary(static name => name.ToString(), StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, SearchKey>.AlternateLookup<ReadOnlySpan<char>> Simple = new Dictionary<string, SearchKey>
    {
        ["ALL"] = SearchKey.All.Instance,
        ["ANSWERED"] = new SearchKey.Flag(SystemFlags.Answered),
        ["DELETED"] = new SearchKey.Flag(SystemFlags.Deleted),
        ["DRAFT"] = new SearchKey.Flag(SystemFlags.Draft),
        ["FLAGGED"] = new SearchKey.Flag(SystemFlags.Flagged),
        ["SEEN"] = new SearchKey.Flag(SystemFlags.Seen),
        ["UNANSWERED"] = new SearchKey.Not(new SearchKey.Flag(SystemFlags.Answered)),
        ["UNDELETED"] = new SearchKey.Not(new SearchKey.Flag(SystemFlags.Deleted)),
        ["UNDRAFT"] = new SearchKey.Not(new SearchKey.Flag(SystemFlags.Draft)),
        ["UNFLAGGED"] = new SearchKey.Not(new SearchKey.Flag(SystemFlags.Flagged)),
        ["UNSEEN"] = new SearchKey.Not(new SearchKey.Flag(SystemFlags.Seen)),
        ["RECENT"] = SearchKey.Recent.Instance,
        // RFC 3501 §6.4.4.
        ["OLD"] = new SearchKey.Not(SearchKey.Recent.Instance),
        ["NEW"] = new SearchKey.And([SearchKey.Recent.Instance, new SearchKey.Not(new SearchKey.Flag(SystemFlags.Seen))]),
        ["SAVEDATESUPPORTED"] = SearchKey.SaveDateSupported.Instance,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>A key that takes no argument, or null.</summary>
    public static SearchKey? TryFlag(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[NameBytesMax];
        return Fits(name, text, out var length) && Simple.TryGetValue(text[..length], out var key) ? key : null;
    }

    /// <summary>A key that takes an argument, or <see cref="SearchKeyName.None"/>.</summary>
    public static SearchKeyName Find(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[NameBytesMax];
        return Fits(name, text, out var length) && Names.TryGetValue(text[..length], out var key) ? key : SearchKeyName.None;
    }

    /// <summary>The header field that a key is short for.</summary>
    public static string Field(SearchKeyName name) => name switch
    {
        SearchKeyName.Bcc => "Bcc",
        SearchKeyName.Cc => "Cc",
        SearchKeyName.From => "From",
        SearchKeyName.Subject => "Subject",
        SearchKeyName.To => "To",
        _ => "",
    };

    private static bool Fits(ReadOnlySpan<byte> name, Span<char> text, out int length)
    {
        length = name.Length;
        return length <= text.Length && Ascii.ToUtf16(name, text, out _) == System.Buffers.OperationStatus.Done;
    }
}
