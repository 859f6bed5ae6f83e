using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>
/// Everything one command changed, as one entry of the account's history: who caused it, when, and the events. Events are the schema of
/// record (mailbox.proto is their stored form; additive changes only). They carry every choice (time, ids, UIDs, mod-sequences), so that
/// applying them is a pure function, the same for recovery, the live actor, remote replicas and replication.
/// </summary>
/// <param name="OriginSite">The site that decided it; 0 is this one.</param>
/// <param name="OriginSequenceNr">Its number among that site's changes of this account, from 1.</param>
/// <param name="Time">Wall time of the decision.</param>
/// <param name="Cause">Command id, session, protocol, client address.</param>
/// <param name="Result">What the command answered, kept for a while for a command that is sent again; null for changes the server made by itself.</param>
/// <param name="Events">In order.</param>
internal sealed record MailboxChange(
    int OriginSite,
    long OriginSequenceNr,
    DateTimeOffset Time,
    CommandContext Cause,
    object? Result,
    ImmutableArray<MailboxEvent> Events);

internal abstract record MailboxEvent;

/// <summary>The account's first event.</summary>
internal sealed record AccountCreated(string Account) : MailboxEvent;

/// <summary>Every folder, message, subscription and script is gone; counters go on.</summary>
internal sealed record AccountPurged(ModSeq ModSeq) : MailboxEvent;

/// <param name="Folder">Its global id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Use">What it is for.</param>
/// <param name="UidValidity">Greater than that of every folder before it in this account, so that a name used again never repeats one.</param>
/// <param name="ModSeq">The account's counter after it.</param>
/// <param name="Provisioned">Made by configuration; a name is provisioned once, so that a user may delete it.</param>
internal sealed record FolderCreated(
    FolderId Folder, FolderName Name, SpecialUse Use, uint UidValidity, ModSeq ModSeq, bool Provisioned) : MailboxEvent;

internal sealed record FolderDeleted(FolderId Folder, ModSeq ModSeq) : MailboxEvent;

/// <summary>One folder has another name; children are renamed by events of their own.</summary>
internal sealed record FolderRenamed(FolderId Folder, FolderName Name, ModSeq ModSeq) : MailboxEvent;

internal sealed record SubscriptionChanged(FolderName Name, bool Subscribed) : MailboxEvent;

/// <param name="Folder">Where.</param>
/// <param name="FirstUid">UID of the first message; the others follow.</param>
/// <param name="ModSeq">Of all of them.</param>
/// <param name="SaveDate">Seconds since 1970 UTC.</param>
/// <param name="Messages">In order of UID.</param>
internal sealed record MessagesAppended(
    FolderId Folder, uint FirstUid, ModSeq ModSeq, uint SaveDate, ImmutableArray<NewMessage> Messages) : MailboxEvent;

/// <summary>Flags of exactly these messages changed.</summary>
internal sealed record FlagsChanged(
    FolderId Folder,
    UidSet Uids,
    FlagOperation Operation,
    SystemFlags Flags,
    ImmutableArray<string> Keywords,
    ModSeq ModSeq) : MailboxEvent;

internal sealed record MessagesExpunged(FolderId Folder, UidSet Uids, ModSeq ModSeq) : MailboxEvent;

/// <summary>Messages of one folder also are in another now: same body, same email id, flags and internal date, new UIDs.</summary>
internal sealed record MessagesCopied(
    FolderId Source, UidSet Uids, FolderId Target, uint FirstTargetUid, ModSeq ModSeq, uint SaveDate) : MailboxEvent;

/// <summary>Something about the account's quota is different now; null for what is not.</summary>
/// <param name="Set">What the administrator has set; <see cref="QuotaRules.None"/> takes it back.</param>
/// <param name="Heard">What the user database says.</param>
/// <param name="MarkedLevel">The threshold, per cent, that was dealt with last; 0 for none.</param>
internal sealed record QuotaChanged(QuotaRules? Set, QuotaRules? Heard, int? MarkedLevel) : MailboxEvent;

/// <summary>As copied and expunged in one step.</summary>
internal sealed record MessagesMoved(
    FolderId Source, UidSet Uids, FolderId Target, uint FirstTargetUid, ModSeq ModSeq, uint SaveDate) : MailboxEvent;
