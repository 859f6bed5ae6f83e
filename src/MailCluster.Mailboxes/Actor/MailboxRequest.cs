using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>What the mailbox actor is sent: a command and who asks.</summary>
/// <param name="Command">The command or query.</param>
/// <param name="Context">Who asks.</param>
/// <param name="IsRemote">
/// It came from another node, which has only replicas of the folders: the answer is a <see cref="RemoteAnswer"/>, so that the asker can wait until they
/// are as new as what was answered.
/// </param>
internal sealed record MailboxRequest(IMailboxCommand Command, CommandContext Context, bool IsRemote = false);

/// <summary>Asks where a folder is, to open its feed; see <see cref="IMailboxClient.OpenFolderAsync"/>.</summary>
/// <param name="Name">Which.</param>
/// <param name="TakeRecent">For a session of another node: what is \Recent becomes that session's. Here sessions take it from the feed.</param>
internal sealed record OpenFolder(FolderName Name, bool TakeRecent = false) : IMailboxQuery;

/// <summary>As <see cref="OpenFolder"/>, of a folder that is open already; refused with <see cref="RefusalReason.FolderGone"/> when it was deleted.</summary>
internal sealed record LocateFolder(FolderId Folder) : IMailboxQuery;

/// <summary>A folder's index and its \Recent marker, as the actor has them.</summary>
internal sealed record FolderLocation(FolderIndex Index, RecentMarker Recent);

/// <summary>What another node is told in the place of a <see cref="FolderLocation"/>.</summary>
/// <param name="Id">Which folder.</param>
/// <param name="UidValidity">UIDVALIDITY.</param>
/// <param name="UidNext">UIDNEXT.</param>
/// <param name="HighestModSeq">HIGHESTMODSEQ: a replica has to come so far before the folder is open.</param>
/// <param name="RecentFrom">Messages from this UID up to <paramref name="UidNext"/> were not told to any session.</param>
internal sealed record FolderPlace(FolderId Id, uint UidValidity, uint UidNext, ModSeq HighestModSeq, uint RecentFrom);

/// <summary>An answer for another node.</summary>
/// <param name="Result">What the command answered.</param>
/// <param name="Marks">How far the folders have come that the command is about.</param>
internal sealed record RemoteAnswer(object Result, ImmutableArray<FolderMark> Marks);

/// <summary>How far a folder had come; <paramref name="Gone"/> when it was not there.</summary>
internal readonly record struct FolderMark(FolderId Folder, ModSeq ModSeq, bool Gone = false);
