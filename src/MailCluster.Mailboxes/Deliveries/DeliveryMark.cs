using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Mailboxes;

/// <summary>
/// The name of something an account's deliveries remember: that a sender had a vacation reply, that a message id was seen. 128 bits of a
/// SHA-256, so that a memory of thousands costs little and tells nobody who wrote.
/// </summary>
public readonly record struct MarkKey(Guid Value)
{
    /// <summary>The key of the parts under a kind. Parts are compared exactly: the caller folds the case of what has none.</summary>
    public static MarkKey Of(string kind, params ReadOnlySpan<string> parts)
    {
        var text = new ArrayBufferWriter<byte>(256);
        Add(kind);
        foreach (var part in parts)
            Add(part);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text.WrittenSpan, hash);
        return new MarkKey(new Guid(hash[..16], bigEndian: true));

        // The length before each part: no two lists of parts give the same bytes.
        void Add(string part)
        {
            BitConverter.TryWriteBytes(text.GetSpan(sizeof(int)), Encoding.UTF8.GetByteCount(part));
            text.Advance(sizeof(int));
            Encoding.UTF8.GetBytes(part, text);
        }
    }
}

/// <summary>Something remembered until a time, to the second.</summary>
public readonly record struct DeliveryMark(MarkKey Key, DateTimeOffset Expires);

/// <summary>Which of these marks the account remembers now.</summary>
public sealed record FindMarks(ImmutableArray<MarkKey> Keys) : MailboxQuery<MarksFound>;

/// <param name="Keys">Those that are there, in the order in which they were asked for.</param>
public sealed record MarksFound(ImmutableArray<MarkKey> Keys);
