using MailCluster.Mime;

namespace MailCluster.Mailboxes.Search;

/// <summary>Whether a key holds for a message, as far as it can be told from what was read of it.</summary>
internal enum Verdict
{
    No,
    Yes,

    /// <summary>More must be read.</summary>
    Unknown,
}

/// <summary>How much must be read of a message to answer a key; each step costs some hundred times the one before.</summary>
internal enum SearchCost
{
    Index,
    Summary,
    Text,
}

/// <summary>What was read of one message.</summary>
internal readonly ref struct SearchedMessage
{
    public required int Position { get; init; }

    public required bool HasSummary { get; init; }

    public required MessageSummary Summary { get; init; }

    public required bool HasText { get; init; }

    /// <summary>For <see cref="SearchText"/>.</summary>
    public required ReadOnlySpan<byte> Text { get; init; }
}

/// <summary>A search key made ready for one version of a folder.</summary>
internal abstract class SearchNode
{
    /// <summary>The most that may have to be read to answer.</summary>
    public abstract SearchCost Cost { get; }

    /// <summary>Whether the summary is looked into, for this key or for one within.</summary>
    public virtual bool UsesSummary => false;

    /// <summary>
    /// Answers from the index for all messages at once: those for which the key holds, and those for which it may. The latter has all of
    /// the former.
    /// </summary>
    public abstract void Scan(FolderIndex view, out PositionBitmap yes, out PositionBitmap maybe);

    /// <summary>Answers for one message, after <see cref="Scan"/>.</summary>
    public abstract Verdict Evaluate(in SearchedMessage message);
}

/// <summary>A key that the index alone answers.</summary>
internal sealed class IndexNode(Action<FolderIndex, PositionBitmap> scan) : SearchNode
{
    private PositionBitmap? _matches;

    public override SearchCost Cost => SearchCost.Index;

    public override void Scan(FolderIndex view, out PositionBitmap yes, out PositionBitmap maybe)
    {
        _matches = new PositionBitmap(view.Exists);
        scan(view, _matches);
        yes = _matches.Copy();
        maybe = _matches.Copy();
    }

    public override Verdict Evaluate(in SearchedMessage message) => _matches![message.Position] ? Verdict.Yes : Verdict.No;
}

/// <summary>A key that is answered message by message.</summary>
internal abstract class MessageNode : SearchNode
{
    public override void Scan(FolderIndex view, out PositionBitmap yes, out PositionBitmap maybe)
    {
        yes = new PositionBitmap(view.Exists);
        maybe = PositionBitmap.All(view.Exists);
    }
}

internal sealed class NotNode(SearchNode inner) : SearchNode
{
    public override SearchCost Cost => inner.Cost;

    public override bool UsesSummary => inner.UsesSummary;

    public override void Scan(FolderIndex view, out PositionBitmap yes, out PositionBitmap maybe)
    {
        inner.Scan(view, out var innerYes, out var innerMaybe);
        yes = PositionBitmap.All(view.Exists);
        yes.AndNot(innerMaybe);
        maybe = PositionBitmap.All(view.Exists);
        maybe.AndNot(innerYes);
    }

    public override Verdict Evaluate(in SearchedMessage message) => inner.Evaluate(message) switch
    {
        Verdict.No => Verdict.Yes,
        Verdict.Yes => Verdict.No,
        _ => Verdict.Unknown,
    };
}

/// <summary>All of the keys; the cheap ones are asked first.</summary>
internal sealed class AndNode(IEnumerable<SearchNode> nodes) : SearchNode
{
    private readonly SearchNode[] _nodes = [.. nodes.OrderBy(static node => node.Cost)];

    public override SearchCost Cost => _nodes.Length == 0 ? SearchCost.Index : _nodes[^1].Cost;

    public override bool UsesSummary => _nodes.Any(static node => node.UsesSummary);

    public override void Scan(FolderIndex view, out PositionBitmap yes, out PositionBitmap maybe)
    {
        yes = PositionBitmap.All(view.Exists);
        maybe = PositionBitmap.All(view.Exists);
        foreach (var node in _nodes)
        {
            node.Scan(view, out var nodeYes, out var nodeMaybe);
            yes.And(nodeYes);
            maybe.And(nodeMaybe);
        }
    }

    public override Verdict Evaluate(in SearchedMessage message)
    {
        var verdict = Verdict.Yes;
        foreach (var node in _nodes)
        {
            var one = node.Evaluate(message);
            if (one == Verdict.No)
                return Verdict.No;
            if (one == Verdict.Unknown)
                verdict = Verdict.Unknown;
        }

        return verdict;
    }
}

/// <summary>One of two keys; the cheaper one is asked first.</summary>
internal sealed class OrNode(SearchNode left, SearchNode right) : SearchNode
{
    private readonly SearchNode _first = left.Cost <= right.Cost ? left : right;
    private readonly SearchNode _second = left.Cost <= right.Cost ? right : left;

    public override SearchCost Cost => _second.Cost;

    public override bool UsesSummary => _first.UsesSummary || _second.UsesSummary;

    public override void Scan(FolderIndex view, out PositionBitmap yes, out PositionBitmap maybe)
    {
        _first.Scan(view, out yes, out maybe);
        _second.Scan(view, out var secondYes, out var secondMaybe);
        yes.Or(secondYes);
        maybe.Or(secondMaybe);
    }

    public override Verdict Evaluate(in SearchedMessage message)
    {
        var first = _first.Evaluate(message);
        if (first == Verdict.Yes)
            return Verdict.Yes;
        var second = _second.Evaluate(message);
        return second == Verdict.Yes || first == Verdict.No ? second : Verdict.Unknown;
    }
}
