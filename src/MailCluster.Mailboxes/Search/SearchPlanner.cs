using System.Text;
using MailCluster.Mime;

namespace MailCluster.Mailboxes.Search;

/// <summary>Makes nodes of keys.</summary>
internal sealed class SearchPlanner(SearchContext context, TimeProvider time)
{
    /// <summary>
    /// A tree that the index answers alone becomes one node with one bitmap: what it is made of is planned when it is scanned, and dropped
    /// then, so that a search with a thousand keys does not keep a thousand bitmaps.
    /// </summary>
    public SearchNode Plan(SearchKey key) =>
        key is SearchKey.And or SearchKey.Or or SearchKey.Not && IsIndexOnly(key)
            ? new IndexNode((view, matches) =>
            {
                PlanTree(key).Scan(view, out var yes, out _);
                matches.Or(yes);
            })
            : PlanTree(key);

    private static bool IsIndexOnly(SearchKey key) => key switch
    {
        SearchKey.And and => and.Keys.All(IsIndexOnly),
        SearchKey.Or or => IsIndexOnly(or.Left) && IsIndexOnly(or.Right),
        SearchKey.Not not => IsIndexOnly(not.Key),
        SearchKey.Date date => date.Source != DateSource.Sent,
        _ => key is not (SearchKey.Header or SearchKey.Body or SearchKey.Text),
    };

    private SearchNode PlanTree(SearchKey key) => key switch
    {
        SearchKey.All or SearchKey.SaveDateSupported => IndexScans.All(),
        SearchKey.And and => new AndNode(and.Keys.Select(Plan)),
        SearchKey.Or or => new OrNode(Plan(or.Left), Plan(or.Right)),
        SearchKey.Not not => new NotNode(Plan(not.Key)),
        SearchKey.Flag flag => IndexScans.Flag(flag.Value),
        SearchKey.Keyword keyword => IndexScans.Keyword(keyword.Value),
        SearchKey.Recent => IndexScans.Uids(context.Recent),
        SearchKey.Messages messages => IndexScans.Messages(messages.Set, messages.Uid, context.Saved),
        SearchKey.Larger larger => IndexScans.Size(larger.Bytes, larger: true),
        SearchKey.Smaller smaller => IndexScans.Size(smaller.Bytes, larger: false),
        SearchKey.Date { Source: DateSource.Internal } date => IndexScans.InternalDate(date.Relation, date.Day),
        SearchKey.Date { Source: DateSource.Saved } date => IndexScans.SaveDate(date.Relation, date.Day),
        SearchKey.Date date => new SentDateNode(date.Relation, date.Day),
        SearchKey.Within within => IndexScans.Within(within.Younger, time.GetUtcNow().ToUnixTimeSeconds() - within.Seconds),
        SearchKey.ModSeqSince modSeq => IndexScans.ModSeq(new ModSeq(modSeq.Value)),
        SearchKey.EmailIdIs id => TryParse(id.Value, out var guid) ? IndexScans.EmailId(guid) : IndexScans.None(),
        SearchKey.ThreadIdIs => IndexScans.None(),
        SearchKey.Header header => Header(header),
        SearchKey.Body body => Text(body.Value, withHeader: false),
        SearchKey.Text text => Text(text.Value, withHeader: true),
        _ => throw new ArgumentException($"No plan for {key.GetType().Name}.", nameof(key)),
    };

    // The empty text is in every message (RFC 9051 §6.4.4: substring).
    private static SearchNode Text(string value, bool withHeader) =>
        value.Length == 0 ? IndexScans.All() : new TextNode(Fold(value), withHeader);

    private static SearchNode Header(SearchKey.Header key)
    {
        var name = Encoding.UTF8.GetBytes(key.Name);
        var needle = Fold(key.Value);
        KnownField? known = key.Name.ToUpperInvariant() switch
        {
            "SUBJECT" => KnownField.Subject,
            "FROM" => KnownField.From,
            "TO" => KnownField.To,
            "CC" => KnownField.Cc,
            "BCC" => KnownField.Bcc,
            _ => null,
        };
        return known is { } field && needle.Length > 0
            ? new KnownFieldNode(field, needle)
            : new FieldNode(name, SearchText.Fold(key.Name), needle);
    }

    // The searchable text has LF at line ends.
    private static byte[] Fold(string text) => SearchText.Fold(text.Replace("\r\n", "\n", StringComparison.Ordinal));

    private static bool TryParse(string id, out Guid guid)
    {
        guid = default;
        // Ids are case-sensitive (RFC 8474 §7), and there is one way to write each.
        return id.Length == 33 && Guid.TryParseExact(id.AsSpan(1), "N", out guid) && new EmailId(guid).ToString() == id;
    }
}
