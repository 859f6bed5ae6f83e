using System.Text;
using MailCluster.Bodies;
using MailCluster.Delivery.Smtp;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery.Outbox;

/// <summary>A message that waits to be sent: its own header fields, then the stored body, by range.</summary>
internal sealed class OutboxContent(OutgoingMail mail, IBodyStore bodies) : IMailContent
{
    private readonly byte[] _header = Encoding.UTF8.GetBytes(mail.Header);

    public long Length => _header.Length + mail.Size;

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (offset >= _header.Length)
            return await bodies.ReadAsync(mail.Body, offset - _header.Length, destination, cancellationToken);
        var count = Math.Min(destination.Length, _header.Length - (int)offset);
        _header.AsMemory((int)offset, count).CopyTo(destination);
        return count;
    }
}
