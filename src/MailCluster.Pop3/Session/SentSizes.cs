using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Pop3.Session;

// How long messages are as they are sent.
//
// RFC 1939 §11 wants the octets that go over the wire, and lines there end with CRLF. A message that was stored with bare LF, or without an end of its last line,
// is longer on the wire than in the index. How much longer its summary says, which is written when the message arrives (summaries that are older do not, and then
// the body is read). Reading ten thousand summaries at each login would be most of its cost; so what was found out is kept: per folder the highest UID up to which all
// is known, and the few messages that are longer. UIDs only grow, so nothing below it ever changes.

/// <summary>What the messages of a folder grow by when they are sent; a part of it, up to a UID. Immutable.</summary>
internal sealed record SentGrowth(uint UidValidity, uint KnownUpTo, uint[] Uids, int[] Octets)
{
    public static SentGrowth None { get; } = new(0, 0, [], []);

    public int Of(uint uid)
    {
        var at = Uids.AsSpan().BinarySearch(uid);
        return at < 0 ? 0 : Octets[at];
    }
}

/// <summary>Finds out how long messages are as they are sent, and remembers it for the node's sessions.</summary>
internal sealed class SentSizes(IBodyStore bodies)
{
    /// <summary>Folders remembered: those of the accounts that poll. The one that was not asked for longest goes.</summary>
    private const int FoldersMax = 20_000;

    /// <summary>Messages remembered that are longer on the wire, of all folders; eight bytes each.</summary>
    private const int MessagesMax = 2_000_000;

    private const int BatchMax = 128;
    private const int PieceBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<FolderId, LinkedListNode<(FolderId Folder, SentGrowth Growth)>> _known = [];
    private readonly LinkedList<(FolderId Folder, SentGrowth Growth)> _order = new();
    private int _messages;

    /// <summary>Of all messages of the view. A message whose body is gone or damaged counts as it is stored.</summary>
    /// <exception cref="BodyStoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<SentGrowth> OfAllAsync(FolderIndex view, CancellationToken cancellationToken)
    {
        var known = Find(view);
        if (known.KnownUpTo + 1 >= view.UidNext && known.KnownUpTo > 0)
            return known;
        var (uids, octets) = (new List<uint>(known.Uids.Length), new List<int>(known.Uids.Length));
        for (var i = 0; i < known.Uids.Length; i++)
            Add(known.Uids[i], view.PositionOf(known.Uids[i]) >= 0 ? known.Octets[i] : 0);
        var refs = new BodyRef[BatchMax];
        var summaries = new ReadOnlyMemory<byte>[BatchMax];
        using var blocks = new ReadBlocks();
        for (var position = view.LowerBound(known.KnownUpTo + 1); position < view.Exists;)
        {
            var count = Math.Min(BatchMax, view.Exists - position);
            for (var i = 0; i < count; i++)
                refs[i] = view.FactsAt(position + i).Body;
            blocks.Reset();
            await ReadSummariesAsync(refs.AsMemory(0, count), summaries, blocks, cancellationToken);
            for (var i = 0; i < count; i++)
            {
                var growth = Stored(summaries[i].Span) is var stored and >= 0 ? stored : await CountAsync(refs[i], cancellationToken);
                Add(view.UidAt(position + i), growth);
            }

            position += count;
        }

        var all = new SentGrowth(view.UidValidity, view.UidNext - 1, [.. uids], [.. octets]);
        Keep(view.Id, all);
        return all;

        void Add(uint uid, int growth)
        {
            if (growth == 0)
                return;
            uids.Add(uid);
            octets.Add(growth);
        }
    }

    /// <summary>Of one message.</summary>
    /// <exception cref="BodyStoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<int> OfOneAsync(FolderIndex view, MessageRow row, CancellationToken cancellationToken)
    {
        var known = Find(view);
        if (row.Uid <= known.KnownUpTo)
            return known.Of(row.Uid);
        var summaries = new ReadOnlyMemory<byte>[1];
        using var blocks = new ReadBlocks();
        await ReadSummariesAsync(new[] { row.Body }, summaries, blocks, cancellationToken);
        return Stored(summaries[0].Span) is var stored and >= 0 ? stored : await CountAsync(row.Body, cancellationToken);
    }

    private static int Stored(ReadOnlySpan<byte> summary) => MessageSummary.TryParse(summary, out var parsed) ? parsed.MissingLineEndOctets : -1;

    private async ValueTask ReadSummariesAsync(
        ReadOnlyMemory<BodyRef> refs, Memory<ReadOnlyMemory<byte>> summaries, ReadBlocks blocks, CancellationToken cancellationToken)
    {
        try
        {
            await bodies.GetSummariesAsync(refs, summaries, blocks, cancellationToken);
        }
        catch (BodyMissingException)
        {
            // One of them: the bodies are looked at instead.
            summaries.Span[..refs.Length].Clear();
        }
    }

    private async ValueTask<int> CountAsync(BodyRef body, CancellationToken cancellationToken)
    {
        var piece = System.Buffers.ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            long offset = 0;
            var (growth, before) = (0, (byte)0);
            while (await bodies.ReadAsync(body, offset, piece.AsMemory(0, PieceBytes), cancellationToken) is var read and > 0)
            {
                growth += LineEnds.CountBare(piece.AsSpan(0, read), before);
                before = piece[read - 1];
                offset += read;
            }

            return offset == 0 ? 0 : growth + LineEnds.MissingAtEnd([before]);
        }
        catch (Exception e) when (e is BodyMissingException or BodyCorruptException)
        {
            return 0;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private SentGrowth Find(FolderIndex view)
    {
        lock (_gate)
        {
            if (!_known.TryGetValue(view.Id, out var node) || node.Value.Growth.UidValidity != view.UidValidity)
                return SentGrowth.None;
            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value.Growth;
        }
    }

    private void Keep(FolderId folder, SentGrowth growth)
    {
        lock (_gate)
        {
            if (_known.Remove(folder, out var before))
                Drop(before);
            _known.Add(folder, _order.AddFirst((folder, growth)));
            _messages += growth.Uids.Length;
            while (_order.Count > FoldersMax || (_messages > MessagesMax && _order.Count > 1))
            {
                var last = _order.Last!;
                _known.Remove(last.Value.Folder);
                Drop(last);
            }
        }
    }

    private void Drop(LinkedListNode<(FolderId Folder, SentGrowth Growth)> node)
    {
        _order.Remove(node);
        _messages -= node.Value.Growth.Uids.Length;
    }
}
