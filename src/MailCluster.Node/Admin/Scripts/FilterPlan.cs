using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary>What becomes of one message of a folder that is filtered.</summary>
/// <param name="Stays">It is in the folder afterwards.</param>
/// <param name="Flags">Flags and keywords that it is given there.</param>
/// <param name="Replacement">With Stays: an edited message that takes its place; null if it stays as it is.</param>
/// <param name="Targets">Other folders that get it.</param>
/// <param name="Text">All that, for people.</param>
internal sealed record FilterPlan(
    bool Stays, IReadOnlyList<string> Flags, SieveMessage? Replacement, IReadOnlyList<FilterTarget> Targets, string Text);

/// <param name="Folder">Where to.</param>
/// <param name="Create">It is made if it is missing.</param>
/// <param name="Flags">Flags and keywords besides those that the message has.</param>
/// <param name="Message">The message as it is to be there.</param>
internal sealed record FilterTarget(FolderName Folder, bool Create, IReadOnlyList<string> Flags, SieveMessage Message);
