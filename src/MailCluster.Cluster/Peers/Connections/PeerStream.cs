using System.Threading.Channels;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>
/// The reading end of a stream. The peer may send as much as it has credit for; what the reader takes is given back to it in steps of half a window, so
/// that it never waits for a reader that keeps up.
/// </summary>
internal sealed class PeerStream : PeerCall
{
    /// <summary>What an item counts besides its bytes, so that empty ones are bounded too.</summary>
    internal const int ItemBytes = 64;

    private readonly Channel<ReadOnlyMemory<byte>> _items = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly int _window;
    private readonly Action<PeerStream, uint> _giveCredit;
    private long _owed;
    private long _credit;

    internal PeerStream(PeerRequest request, int window, Action<PeerStream, uint> giveCredit)
        : base(request)
    {
        _window = window;
        _credit = window;
        _giveCredit = giveCredit;
    }

    internal override FrameHeader Header(TimeProvider time) => new(
        FrameKind.Open, FrameFlags.Whole, Id, 0, 0, (uint)_window, Request.Kind, Request.Lane);

    /// <exception cref="FrameException">The peer sends without credit.</exception>
    internal override void Take(ReadOnlyMemory<byte> message)
    {
        // The last item may exceed the credit that is left, the next one then waits: see StreamCredit.
        if (Interlocked.Add(ref _credit, -(message.Length + ItemBytes)) + message.Length + ItemBytes <= 0)
        {
            throw new FrameException("an item of a stream beyond its credit");
        }

        _items.Writer.TryWrite(message);
    }

    internal override void Fail(Exception failure) => _items.Writer.TryComplete(failure);

    internal void Complete()
    {
        if (TryFinish(out _))
        {
            _items.Writer.TryComplete();
        }
    }

    /// <summary>The items in order; throws what ended the stream, if it was not its end.</summary>
    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in _items.Reader.ReadAllAsync(cancellationToken))
        {
            yield return item;
            _owed += item.Length + ItemBytes;
            if (_owed >= _window / 2)
            {
                var credit = (uint)_owed;
                _owed = 0;
                Interlocked.Add(ref _credit, credit);
                _giveCredit(this, credit);
            }
        }
    }
}
