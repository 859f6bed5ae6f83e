using MailCluster.Bodies;
using MailCluster.Mime;

namespace MailCluster.Mailboxes.Search;

// The problem. SEARCH may ask for anything of any message; reading everything of all messages would cost seconds where the index often
// answers in microseconds. The order in which a client names its keys says nothing about what they cost.
//
// The key is made a tree of nodes, and answered in three rounds of rising cost, each only for messages that the rounds before left open:
//   1. the index: each key that columns answer gives a bitmap; NOT, AND and OR join "surely" and "perhaps" bitmaps without reading a
// message;
//   2. summaries (subject, addresses, date, which fields there are), in batches;
//   3. texts (BODY, TEXT, other fields), in batches: plain search for bytes over text that was decoded and folded at arrival.
// In rounds 2 and 3 a key answers yes, no or unknown (not yet read); the message is settled as soon as the whole tree is. So "OR SEEN BODY
// x" reads texts of unseen messages only, and "SUBJECT a BODY b" those of messages whose subject matches.
//
// Nothing is kept between searches, and nothing holds up the mailbox: index versions and stored messages are immutable.

/// <summary>Finds the messages of a folder that match a search key. Safe for use by many searches at once.</summary>
public sealed class SearchEngine(IBodyStore bodies, MimeLimits limits, TimeProvider time)
{
    private const int SummariesPerBatch = 256;

    // Texts are some kilobytes each, and can be megabytes.
    private const int TextsPerBatch = 32;

    /// <summary>Searches one version of a folder.</summary>
    /// <exception cref="BodyStoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<SearchResult> SearchAsync(
        FolderIndex view, SearchKey key, SearchContext context, CancellationToken cancellationToken)
    {
        var root = new SearchPlanner(context, time).Plan(key);
        root.Scan(view, out var found, out var open);
        open.AndNot(found);
        if (root.Cost == SearchCost.Index || open.IsEmpty)
            return new SearchResult(found.ToSet(), 0);

        using var round = new SearchRound(view, bodies, limits, root, found, cancellationToken);
        await round.RunAsync(open, withTexts: false, SummariesPerBatch);
        if (!open.IsEmpty)
            await round.RunAsync(open, withTexts: true, TextsPerBatch);
        return new SearchResult(found.ToSet(), round.Unreadable);
    }
}
