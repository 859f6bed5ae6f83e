using System.Collections.Immutable;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>What is to happen to one message for one recipient: actions, run in their order.</summary>
internal sealed record DeliveryPlan(ImmutableArray<FileInto> Actions);

/// <summary>Puts the message into a folder; INBOX takes it if the folder is gone: the difference between a wish and mail that is lost.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Flags">System flags to begin with.</param>
/// <param name="Keywords">Keywords to begin with.</param>
internal sealed record FileInto(FolderName Folder, SystemFlags Flags, ImmutableArray<string> Keywords)
{
    /// <summary>The implicit keep (RFC 5228 §2.10.2).</summary>
    public static FileInto Inbox { get; } = new(FolderName.Inbox, SystemFlags.None, []);

    public Filing Of(NewMessage message) => new(Folder, message with { Flags = Flags, Keywords = Keywords });
}
