using System.Text;
using MailCluster.Bodies;

namespace MailCluster.Storage.Packs.Writes;

/// <summary>One record to append. Its value when answered is the location it got.</summary>
internal sealed class PutRequest : GroupRequest
{
    public PutRequest(in NewBody message)
        : this(Encoding.UTF8.GetBytes(message.Owner), message.EmailId, message.Summary, message.Text, message.Body, Crc32C.Of(message.Body.Span), 0)
    {
    }

    /// <summary>A record that moves: it keeps the reference that owners hold.</summary>
    public PutRequest(
        byte[] owner,
        Guid emailId,
        ReadOnlyMemory<byte> summary,
        ReadOnlyMemory<byte> text,
        ReadOnlyMemory<byte> body,
        uint bodyChecksum,
        ulong movedReference)
    {
        Owner = owner;
        EmailId = emailId;
        Summary = summary;
        Text = text;
        Body = body;
        BodyChecksum = bodyChecksum;
        MovedReference = movedReference;
    }

    public byte[] Owner { get; }

    public Guid EmailId { get; }

    public ReadOnlyMemory<byte> Summary { get; }

    public ReadOnlyMemory<byte> Text { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public uint BodyChecksum { get; }

    /// <summary>0 for a new record.</summary>
    public ulong MovedReference { get; }

    public override long Weight => Body.Length + Owner.Length + Format.RecordHeader.FixedSize;
}
