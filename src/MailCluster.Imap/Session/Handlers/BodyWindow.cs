using System.Buffers;
using MailCluster.Bodies;
using MailCluster.Mime;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>A small part of one body kept at hand, so that a dozen header fields are one read of the store.</summary>
internal sealed class BodyWindow
{
    /// <summary>Longer ones are read field by field: headers of this size are rare, and memory is per session.</summary>
    private const int BytesMax = 64 * 1024;

    private byte[]? _bytes;
    private BodyRef _body;
    private ByteRange _range;

    /// <summary>Takes in the range, unless it is too long.</summary>
    public async ValueTask LoadAsync(IBodyStore bodies, BodyRef body, ByteRange range, CancellationToken cancellationToken)
    {
        if (range.Length > BytesMax || (_body == body && _range == range))
            return;
        _body = BodyRef.None;
        _range = default;
        if (_bytes is null || _bytes.Length < range.Length)
        {
            Release();
            _bytes = ArrayPool<byte>.Shared.Rent(range.Length);
        }

        for (var at = 0; at < range.Length;)
        {
            var read = await bodies.ReadAsync(body, range.Offset + at, _bytes.AsMemory(at, range.Length - at), cancellationToken);
            if (read == 0)
                throw new BodyCorruptException(body, "It is shorter than its summary says.");
            at += read;
        }

        _body = body;
        _range = range;
    }

    public bool TryGet(BodyRef body, int offset, int length, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (_bytes is null || body != _body || offset < _range.Offset || offset + length > _range.End)
            return false;
        bytes = _bytes.AsMemory(offset - _range.Offset, length);
        return true;
    }

    public void Release()
    {
        if (_bytes is not null)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = null;
        _body = BodyRef.None;
    }
}
