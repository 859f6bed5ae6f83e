using System.Collections.Immutable;
using MailCluster.Bodies;
using MailCluster.Mime;

namespace MailCluster.Mailboxes;

/// <summary>
/// The first half of every message's arrival, by delivery and by APPEND alike: its body becomes durable, and only then may an
/// <see cref="AppendMessages"/> name it. A crash between the two leaves a body that no message uses, which a check collects.
/// </summary>
public sealed class MessageIntake(IBodyStore bodies, MimeLimits limits)
{
    /// <summary>Reads the message once: summary and searchable text. Dispose the answer when it has been stored.</summary>
    public PreparedMessage Prepare(ReadOnlyMemory<byte> message) => PreparedMessage.Read(message, limits);

    /// <summary>Stores the message for one account. When it returns, the body is on stable storage.</summary>
    /// <exception cref="MailboxRefusedException">The body cannot be stored now; nothing is kept.</exception>
    public async ValueTask<NewMessage> StoreAsync(
        AccountId account,
        PreparedMessage message,
        InternalDate internalDate,
        SystemFlags flags,
        ImmutableArray<string> keywords,
        CancellationToken cancellationToken)
    {
        var emailId = Guid.NewGuid();
        try
        {
            var body = await bodies.PutAsync(
                new NewBody(account.Value, emailId, message.Summary, message.Text, message.Body), cancellationToken);
            return new NewMessage(new EmailId(emailId), body, (uint)message.Body.Length, internalDate, flags, keywords);
        }
        catch (BodyStoreUnavailableException e)
        {
            throw new MailboxRefusedException(RefusalReason.Unavailable, "The message cannot be stored now; try again.", e);
        }
    }

    /// <summary>
    /// Gives up messages that were stored and certainly are not in any mailbox (their append was refused). Not to be called when the
    /// append's outcome is unknown.
    /// </summary>
    public ValueTask DiscardAsync(ReadOnlyMemory<NewMessage> messages, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var released = new BodyRef[messages.Length];
        for (var i = 0; i < released.Length; i++)
            released[i] = messages.Span[i].Body;
        return bodies.ReleaseAsync(released, now, cancellationToken);
    }
}
