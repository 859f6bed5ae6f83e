using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session;

/// <summary>The selected folder, and telling of what changed in it.</summary>
internal sealed partial class ImapSession
{
    /// <summary>The selected folder; null in the other states.</summary>
    public SelectedFolder? Selected { get; private set; }

    /// <summary>The selected folder.</summary>
    /// <exception cref="InvalidOperationException">None is: the state table lets no such command through.</exception>
    public SelectedFolder Folder => Selected ?? throw new InvalidOperationException("No folder is selected.");

    public void EnterFolder(SelectedFolder folder)
    {
        Selected = folder;
        State = SessionState.Selected;
        Connection.Folder = folder.Name.Value;
        Connection.State = "selected";
    }

    /// <summary>Leaves the selected folder, if any.</summary>
    public void CloseFolder()
    {
        if (Selected is null)
            return;
        Selected.Dispose();
        Selected = null;
        Connection.Folder = null;
        if (State != SessionState.Selected)
            return;
        State = SessionState.Authenticated;
        Connection.State = "authenticated";
    }

    /// <summary>Tells the client what changed in the selected folder since it was told last.</summary>
    /// <returns>False when the folder is gone: the client was told goodbye, and no tagged line may follow.</returns>
    public ValueTask<bool> TellChangesAsync(bool expungesAllowed) =>
        TellChangesAsync(expungesAllowed ? ChangeReport.WithExpunges : ChangeReport.WithoutExpunges);

    /// <inheritdoc cref="TellChangesAsync(bool)"/>
    public async ValueTask<bool> TellChangesAsync(ChangeReport report)
    {
        if (Selected is null)
            return true;
        if (!Selected.IsGone)
        {
            await Selected.TellAsync(this, report);
            return true;
        }

        // RFC 2180 §3.3: a server that cannot keep the folder's last state at hand disconnects.
        ImapLog.FolderGone(Services.Log, Connection.Id);
        Untagged(ResponseStatus.Bye, "The selected folder was deleted");
        CloseFolder();
        EnterLogout();
        return false;
    }
}
