using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>Folder names as commands give them.</summary>
internal static class FolderNames
{
    /// <summary>The name of a folder that is to exist: one that cannot be a name does not exist.</summary>
    public static bool TryExisting(string name, out FolderName folder, out CommandOutcome refusal)
    {
        refusal = FolderName.TryCreate(name, out folder, out _) ? default : CommandOutcome.No("There is no such folder", ResponseCode.NonExistent);
        return refusal.Text is null;
    }

    /// <summary>The name of a folder that is to be made.</summary>
    public static bool TryNew(string name, out FolderName folder, out CommandOutcome refusal)
    {
        refusal = FolderName.TryCreate(name, out folder, out var problem) ? default : CommandOutcome.No(problem, ResponseCode.Cannot);
        return refusal.Text is null;
    }

    /// <summary>The name of the folder messages are to go to (RFC 9051 §6.3.12, §6.4.7): it might be created.</summary>
    public static bool TryTarget(string name, out FolderName folder, out CommandOutcome refusal) => TryNew(name, out folder, out refusal);
}
