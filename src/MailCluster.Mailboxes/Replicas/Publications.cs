using System.Buffers;
using Google.Protobuf;
using MailCluster.Mailboxes.Wire;

namespace MailCluster.Mailboxes;

/// <summary>
/// Publications as the items of a stream. A large one (the image of a large folder) goes in several, so that it does not hold up what else goes over the
/// connection. Each item: one byte, 1 when more of the same publication follows, 0 when it is the last; then bytes.
/// </summary>
internal static class Publications
{
    /// <summary>Bytes of one item.</summary>
    public const int ItemBytesMax = 64 * 1024;

    /// <summary>The largest publication that is put together: an image of some ten million messages.</summary>
    public const int BytesMax = 256 * 1024 * 1024;

    public static IEnumerable<ReadOnlyMemory<byte>> Split(Publication publication)
    {
        var bytes = publication.ToByteArray();
        for (var at = 0; ; at += ItemBytesMax - 1)
        {
            var count = Math.Min(bytes.Length - at, ItemBytesMax - 1);
            var last = at + count == bytes.Length;
            var item = new byte[count + 1];
            item[0] = last ? (byte)0 : (byte)1;
            bytes.AsSpan(at, count).CopyTo(item.AsSpan(1));
            yield return item;
            if (last)
                yield break;
        }
    }

    /// <summary>Puts publications together again.</summary>
    internal sealed class Joiner
    {
        private ArrayBufferWriter<byte>? _begun;

        /// <summary>The publication that ends with this item, or null when more of it follows.</summary>
        /// <exception cref="InvalidDataException">Damaged, or too large.</exception>
        public Publication? Add(ReadOnlyMemory<byte> item)
        {
            if (item.IsEmpty || item.Span[0] > 1)
                throw new InvalidDataException("An item of a folder's publication is damaged.");
            var part = item[1..];
            if ((_begun?.WrittenCount ?? 0) + part.Length > BytesMax)
                throw new InvalidDataException($"A folder's publication has more than {BytesMax} bytes.");
            if (item.Span[0] == 1 || _begun is not null)
            {
                _begun ??= new ArrayBufferWriter<byte>(ItemBytesMax * 2);
                _begun.Write(part.Span);
                part = _begun.WrittenMemory;
            }

            if (item.Span[0] == 1)
                return null;
            _begun = null;
            return MailboxCodec.Parse(Publication.Parser, part);
        }
    }
}
