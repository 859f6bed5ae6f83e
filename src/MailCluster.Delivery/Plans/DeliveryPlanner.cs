using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>Decides what is to happen to a message for a recipient: it is kept, in INBOX in the folder that is asked for, or in the one that the address names.</summary>
internal sealed class DeliveryPlanner(IMailboxClient mailboxes, DeliveryOptions options)
{
    private static readonly DeliveryPlan KeepInInbox = new([FileInto.Inbox]);

    /// <exception cref="MailboxRefusedException">The mailbox cannot be asked now.</exception>
    public async ValueTask<DeliveryPlan> PlanAsync(Recipient recipient, FolderName? asked, CancellationToken cancellationToken)
    {
        if (asked is { } folderAsked)
            return new DeliveryPlan([new FileInto(folderAsked, SystemFlags.None, [])]);
        if (!options.SaveToDetailFolder || recipient.Detail.Length == 0 || !FolderName.TryCreate(recipient.Detail, out var wanted, out _))
            return KeepInInbox;
        var folders = await mailboxes.SendAsync(recipient.Account, new ListFolders(), CommandContext.None, cancellationToken);
        var folder = folders.Find(wanted)?.Name ?? FindAnyCase(folders, wanted);
        return folder is { } found ? new DeliveryPlan([new FileInto(found, SystemFlags.None, [])]) : KeepInInbox;
    }

    // Addresses lose their case on the way; folders do not have to be named in lower case for that.
    private static FolderName? FindAnyCase(FolderList folders, FolderName wanted)
    {
        foreach (var folder in folders.Folders)
        {
            if (folder.Name.Value.Equals(wanted.Value, StringComparison.OrdinalIgnoreCase))
                return folder.Name;
        }

        return null;
    }
}
