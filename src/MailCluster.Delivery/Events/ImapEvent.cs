using System.Collections.Immutable;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>What happened to a message that is in a folder (RFC 6785), as scripts see it.</summary>
/// <param name="Key">One for each turn of each message.</param>
/// <param name="Cause">What happened.</param>
/// <param name="Folder">Where the message is, by the name that the folder had then.</param>
/// <param name="ChangedFlags">Names of the flags that changed.</param>
/// <param name="Flags">Names of the flags that the message has.</param>
internal sealed record ImapEvent(string Key, ScriptCauses Cause, FolderName Folder, ImmutableArray<string> ChangedFlags, ImmutableArray<string> Flags)
{
    /// <summary>An item of RFC 6785 §4, or one that has another value than at a delivery; null: what holds for deliveries holds.</summary>
    public string? EnvironmentItem(string name, Recipient owner) => name switch
    {
        "location" => "MS",
        "phase" => "post",
        "imap.user" => owner.Account.Value,
        "imap.email" => owner.Address.ToString(),
        "imap.cause" => Cause.ToString().ToUpperInvariant(),
        "imap.mailbox" => Folder.Value,
        "imap.changedflags" => string.Join(' ', ChangedFlags),
        _ => null,
    };
}
