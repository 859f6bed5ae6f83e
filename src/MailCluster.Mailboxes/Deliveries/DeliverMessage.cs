using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

// One delivery into one account.
//
// The problem: what a filter makes of a message is several things (copies in folders, a reply, a forwarded copy, the memory that a reply was sent), and a crash must
// not leave some of them; nor may the command, sent again after its answer was lost, do any of them twice. And what the filter did rests on what
// it was told a moment ago: that this sender has had no reply, that this id was not seen.
//
// The steps:
//   1. the caller asks for the marks it needs (FindMarks) and runs the filter
//   2. every body is stored, durable                                  a crash: bodies that nothing uses; fsck collects them
//   3. DeliverMessage: everything in one change of the account        a crash before it is durable: nothing happened. After it: all did, and the answer is recorded
// Two deliveries that ran their filters at the same time rest on the same marks: the one that is decided second finds a mark that it took for absent, changes
// nothing and is told so (IsOvertaken), and its caller begins again at 1.

/// <summary>
/// Everything that one delivery changes in one account, all or nothing. The bodies are durable already; a body may be named several times, by filings and by
/// outgoing mail, and each counts as a use of it.
/// </summary>
/// <param name="Filings">Copies into folders; two that end in the same folder become one, with the flags of both.</param>
/// <param name="Absent">Marks that the caller took for absent. If one is there, nothing changes and the answer says so.</param>
/// <param name="Marks">Marks to remember.</param>
/// <param name="Outgoing">Mail for others, to be sent by the node that has the account.</param>
/// <param name="Quota">How strictly what is filed is held against the quota. Refused with <see cref="RefusalReason.OverQuota"/>, all of it.</param>
public sealed record DeliverMessage(
    ImmutableArray<Filing> Filings,
    ImmutableArray<MarkKey> Absent,
    ImmutableArray<DeliveryMark> Marks,
    ImmutableArray<OutgoingMail> Outgoing,
    QuotaCheck Quota = QuotaCheck.WithGrace) : MailboxCommand<DeliveryResult>, ITakesRoom
{
    /// <summary>The plain delivery: one message into one folder.</summary>
    public static DeliverMessage Into(Filing filing) => new([filing], [], [], []);
}

/// <summary>One message into one folder.</summary>
/// <param name="Folder">Where it is to go.</param>
/// <param name="Message">The message; keywords that the folder has no room for are left off.</param>
/// <param name="IfMissing">What to do when the folder does not exist, or can take no message.</param>
/// <param name="CreateAs">What the folder is for, if it is created and no other has that use.</param>
/// <param name="Subscribe">Whether a folder that is created is subscribed.</param>
public sealed record Filing(
    FolderName Folder,
    NewMessage Message,
    MissingFolder IfMissing = MissingFolder.UseInbox,
    SpecialUse CreateAs = SpecialUse.None,
    bool Subscribe = false);

/// <summary>What becomes of a message whose folder does not exist.</summary>
public enum MissingFolder
{
    /// <summary>INBOX takes it: the difference between a wish and mail that is lost.</summary>
    UseInbox,

    /// <summary>The folder is created, and the missing ones above it; INBOX takes the message if that cannot be.</summary>
    Create,

    /// <summary>The whole command is refused with <see cref="RefusalReason.TryCreate"/>.</summary>
    Refuse,
}

/// <summary>What a delivery did.</summary>
/// <param name="IsOvertaken">A mark that was taken for absent is there: nothing changed, and the bodies are the caller's to give up.</param>
/// <param name="Filed">Where the messages are, each folder once.</param>
public sealed record DeliveryResult(bool IsOvertaken, ImmutableArray<FiledMessage> Filed);

/// <summary>A message that was filed.</summary>
public readonly record struct FiledMessage(FolderName Folder, FolderId Id, uint UidValidity, uint Uid, ModSeq ModSeq);
