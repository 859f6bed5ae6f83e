using System.Collections.Immutable;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

/// <summary>
/// Something one account's mailbox is asked to do, answered by <typeparamref name="TResult"/> or refused with
/// <see cref="MailboxRefusedException"/>. Commands and results are immutable data that could cross a wire: folders and messages are named by
/// ids and UIDs, never by positions.
/// </summary>
public abstract record MailboxCommand<TResult> : IMailboxCommand;

/// <summary>A command that only reads. It has no command id: asking again is harmless.</summary>
public abstract record MailboxQuery<TResult> : MailboxCommand<TResult>, IMailboxQuery;

internal interface IMailboxCommand;

internal interface IMailboxQuery : IMailboxCommand;

/// <summary>One message to add; its body is durable already.</summary>
/// <param name="EmailId">Chosen when the body was stored.</param>
/// <param name="Body">Where the body is.</param>
/// <param name="Size">RFC822.SIZE in bytes.</param>
/// <param name="InternalDate">What INTERNALDATE will say.</param>
/// <param name="Flags">System flags to begin with.</param>
/// <param name="Keywords">Keywords to begin with.</param>
public sealed record NewMessage(
    EmailId EmailId, BodyRef Body, uint Size, InternalDate InternalDate, SystemFlags Flags, ImmutableArray<string> Keywords);

/// <summary>Adds messages to a folder, all or none. UIDs are given in the order of the list and follow each other.</summary>
public sealed record AppendMessages(FolderName Folder, ImmutableArray<NewMessage> Messages, QuotaCheck Quota = QuotaCheck.Strict)
    : MailboxCommand<AppendResult>, ITakesRoom;

/// <summary>Changes flags of those messages of the set that exist (RFC 9051 §6.4.6).</summary>
/// <param name="Folder">The open folder.</param>
/// <param name="Uids">Which messages.</param>
/// <param name="Operation">Replace, add or remove.</param>
/// <param name="Flags">System flags named.</param>
/// <param name="Keywords">Keywords named, compared without case.</param>
/// <param name="UnchangedSince">If given, messages with a greater mod-sequence stay as they are and are reported (RFC 7162 §3.1.3).</param>
public sealed record StoreFlags(
    FolderId Folder,
    UidSet Uids,
    FlagOperation Operation,
    SystemFlags Flags,
    ImmutableArray<string> Keywords,
    ModSeq? UnchangedSince = null) : MailboxCommand<StoreResult>;

/// <summary>Copies messages to another folder (or the same), all or none (RFC 9051 §6.4.7).</summary>
public sealed record CopyMessages(FolderId Source, UidSet Uids, FolderName Target) : MailboxCommand<CopyResult>, ITakesRoom;

/// <summary>Moves messages in one atomic step (RFC 6851).</summary>
public sealed record MoveMessages(FolderId Source, UidSet Uids, FolderName Target) : MailboxCommand<CopyResult>;

/// <summary>Removes messages that carry \Deleted: all of them, or those also in <paramref name="Uids"/> (RFC 9051 §6.4.9).</summary>
/// <param name="Folder">The open folder.</param>
/// <param name="Uids">Null: every message of the folder.</param>
/// <param name="OnlyDeleted">False removes messages without \Deleted too; administration asks for that.</param>
public sealed record ExpungeMessages(FolderId Folder, UidSet? Uids = null, bool OnlyDeleted = true) : MailboxCommand<ExpungeResult>;

/// <summary>Creates a folder and the missing ones above it (RFC 9051 §6.3.4).</summary>
public sealed record CreateFolder(FolderName Name, SpecialUse Use = SpecialUse.None) : MailboxCommand<FolderId>;

/// <summary>Deletes one folder with its messages; folders under it stay (RFC 9051 §6.3.5). INBOX cannot be deleted.</summary>
public sealed record DeleteFolder(FolderName Name) : MailboxCommand<Done>;

/// <summary>
/// Renames a folder and all under it. INBOX instead gives its messages to the new folder and stays, empty, its children untouched
/// (RFC 9051 §6.3.6).
/// </summary>
public sealed record RenameFolder(FolderName From, FolderName To) : MailboxCommand<Done>;

/// <summary>Subscribes or unsubscribes a name; the folder need not exist (RFC 9051 §6.3.7).</summary>
public sealed record SetSubscription(FolderName Name, bool Subscribed) : MailboxCommand<Done>;

/// <summary>Deletes every folder, message and script of the account; it begins anew when it is used again.</summary>
public sealed record PurgeAccount : MailboxCommand<Done>;

/// <summary>The answer of commands that have nothing to tell.</summary>
public sealed record Done
{
    public static Done Value { get; } = new();
}

/// <summary>Where appended messages went. A reader's view has them once its <c>HighestModSeq</c> reaches <paramref name="ModSeq"/>.</summary>
public sealed record AppendResult(FolderId Folder, uint UidValidity, UidSet Uids, ModSeq ModSeq);

/// <param name="ModSeq">The mod-sequence the changed messages took; 0 when none changed.</param>
/// <param name="Changed">Messages whose flags changed.</param>
/// <param name="Modified">Messages left alone because they changed after UNCHANGEDSINCE.</param>
public sealed record StoreResult(ModSeq ModSeq, UidSet Changed, UidSet Modified);

/// <summary>COPYUID: the n-th UID of <paramref name="SourceUids"/> became the n-th of <paramref name="TargetUids"/> (RFC 9051 §7.1).</summary>
public sealed record CopyResult(FolderId Target, uint UidValidity, UidSet SourceUids, UidSet TargetUids, ModSeq ModSeq);

/// <param name="Uids">The messages that are gone.</param>
/// <param name="ModSeq">The mod-sequence of the removal; 0 when nothing was removed.</param>
public sealed record ExpungeResult(UidSet Uids, ModSeq ModSeq);
