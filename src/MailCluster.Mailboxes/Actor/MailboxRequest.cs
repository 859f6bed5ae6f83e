namespace MailCluster.Mailboxes;

/// <summary>What the mailbox actor is sent: a command and who asks.</summary>
internal sealed record MailboxRequest(IMailboxCommand Command, CommandContext Context);

/// <summary>Asks where a folder is, to open its feed; see <see cref="IMailboxClient.OpenFolderAsync"/>.</summary>
internal sealed record OpenFolder(FolderName Name) : IMailboxQuery;

/// <summary>A folder's index and its \Recent marker, as the actor has them.</summary>
internal sealed record FolderLocation(FolderIndex Index, RecentMarker Recent);
