using System.Collections.Immutable;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

/// <summary>All folders and subscriptions of the account.</summary>
public sealed record ListFolders : MailboxQuery<FolderList>;

/// <summary>One folder; refused with <see cref="RefusalReason.NonExistent"/> when there is none of that name. Cheap in accounts with many folders.</summary>
public sealed record DescribeFolder(FolderName Name) : MailboxQuery<FolderInfo>;

/// <summary>Whether the account has anything, and where everything is. For checks and administration; the indexes are immutable.</summary>
public sealed record InspectAccount : MailboxQuery<AccountInspection>;

/// <param name="Folders">In the order of <see cref="FolderName.CompareTo"/>.</param>
/// <param name="Subscriptions">Subscribed names, some of which may not exist, in the same order.</param>
public sealed record FolderList(ImmutableArray<FolderInfo> Folders, ImmutableArray<FolderName> Subscriptions)
{
    /// <summary>The folder of that name, or null.</summary>
    public FolderInfo? Find(FolderName name)
    {
        int low = 0, high = Folders.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Folders[middle].Name.CompareTo(name);
            if (order == 0)
                return Folders[middle];
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }
}

/// <summary>What LIST and STATUS tell about one folder.</summary>
/// <param name="Id">MAILBOXID.</param>
/// <param name="Name">Its full name.</param>
/// <param name="Use">What it is for.</param>
/// <param name="UidValidity">UIDVALIDITY.</param>
/// <param name="UidNext">UIDNEXT.</param>
/// <param name="HighestModSeq">HIGHESTMODSEQ.</param>
/// <param name="Messages">MESSAGES.</param>
/// <param name="Unseen">UNSEEN.</param>
/// <param name="Deleted">DELETED.</param>
/// <param name="Recent">RECENT (IMAP4rev1): messages no session has been told of.</param>
/// <param name="Size">SIZE in bytes.</param>
/// <param name="DeletedSize">DELETED-STORAGE in bytes: the sizes of the messages that are \Deleted.</param>
public sealed record FolderInfo(
    FolderId Id,
    FolderName Name,
    SpecialUse Use,
    uint UidValidity,
    uint UidNext,
    ModSeq HighestModSeq,
    int Messages,
    int Unseen,
    int Deleted,
    int Recent,
    long Size,
    long DeletedSize = 0);

/// <param name="Folders">Every folder's name and index.</param>
/// <param name="Released">Bodies given up by the account whose release the body store may not know yet.</param>
/// <param name="Outbox">Mail that waits to be sent, oldest first; its bodies are in use.</param>
public sealed record AccountInspection(
    ImmutableArray<(FolderName Name, FolderIndex Index)> Folders, ImmutableArray<BodyRef> Released, ImmutableArray<OutboxEntry> Outbox);
