using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>Decides what is to happen to a message for a recipient: what their scripts say, and without any it is kept, in INBOX, in the folder that is asked for, or in the one that the address names.</summary>
internal sealed class DeliveryPlanner(IMailboxClient mailboxes, DeliveryFilter? filter, DeliveryOptions options)
{
    /// <param name="pipes">What the plans of this delivery before have piped into programs.</param>
    /// <exception cref="MailboxRefusedException">The mailbox cannot be asked now.</exception>
    public async ValueTask<FilterPlan> PlanAsync(Recipient recipient, DeliveryRequest request, PipesDone pipes, CancellationToken cancellationToken)
    {
        var keepFolder = request.Folder ?? await KeepFolderAsync(recipient, cancellationToken);
        // Below it nobody has a script, and what the operator's do could not be carried out; all nodes deliver as those do that know of none.
        if (filter is not null && mailboxes.Level >= MailboxLevel.Filtering)
            return await filter.PlanAsync(recipient, request, keepFolder, pipes, cancellationToken);
        var plan = new FilterPlan();
        plan.File(new MailBytes(request.Message), keepFolder, SystemFlags.None, [], MissingFolder.UseInbox, SpecialUse.None, subscribe: false);
        return plan;
    }

    private async ValueTask<FolderName> KeepFolderAsync(Recipient recipient, CancellationToken cancellationToken)
    {
        if (!options.SaveToDetailFolder || recipient.Detail.Length == 0 || !FolderName.TryCreate(recipient.Detail, out var wanted, out _))
            return FolderName.Inbox;
        var folders = await mailboxes.SendAsync(recipient.Account, new ListFolders(), CommandContext.None, cancellationToken);
        return folders.Find(wanted)?.Name ?? FindAnyCase(folders, wanted) ?? FolderName.Inbox;
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
