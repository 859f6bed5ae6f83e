using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

/// <summary>What never changes about a message of a folder; see <see cref="MessageRow"/> for the members. 40 bytes.</summary>
public readonly record struct MessageFacts(EmailId EmailId, InternalDate InternalDate, BodyRef Body, uint SaveDate, uint Size);
