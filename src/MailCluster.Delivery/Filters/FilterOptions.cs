using System.Collections.Immutable;

namespace MailCluster.Delivery.Filters;

/// <summary>How Sieve scripts are run at delivery.</summary>
public sealed record FilterOptions
{
    /// <summary>Off: messages go where the address says, and no script is asked.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Files of the operator's scripts that run before the user's, in this order.</summary>
    public ImmutableArray<string> Before { get; init; } = [];

    /// <summary>The file of the script of users who have no active one.</summary>
    public string? Default { get; init; }

    /// <summary>Files that run after the user's, as long as the message is to be kept.</summary>
    public ImmutableArray<string> After { get; init; } = [];

    /// <summary>Where <c>include :global "name"</c> finds <c>name.sieve</c>.</summary>
    public string? GlobalDirectory { get; init; }

    /// <summary>Folders that <c>fileinto</c> names and that are not there are created, also without <c>:create</c>.</summary>
    public bool CreateFolders { get; init; }

    /// <summary>Folders that are created are subscribed.</summary>
    public bool SubscribeFolders { get; init; } = true;

    /// <summary>Whom the envelope of a redirected message names as its sender.</summary>
    public RedirectSender RedirectFrom { get; init; } = RedirectSender.Original;

    /// <summary>How long a message id is remembered, so that a message that comes again is not redirected again.</summary>
    public TimeSpan RedirectMemory { get; init; } = TimeSpan.FromHours(12);

    /// <summary>A message with a Message-ID that was delivered to the account so lately is not delivered again; null: it is.</summary>
    public TimeSpan? SuppressDuplicates { get; init; }

    /// <summary>The From field of reports (vnd.dovecot.report); null: postmaster at the recipient's domain.</summary>
    public string? ReportFrom { get; init; }

    /// <summary>Whether the owner of a script that fails gets a message about it.</summary>
    public bool TellOwner { get; init; } = true;

    /// <summary>Whether anything can be sent.</summary>
    public bool CanSend { get; init; }

    /// <summary>In the ids of messages that are made here, and for scripts that ask.</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>Compiled scripts kept in memory, some kilobytes each.</summary>
    public int ProgramsMax { get; init; } = 10_000;
}

/// <summary>The envelope's sender of a redirected message: who is told if it cannot be delivered.</summary>
public enum RedirectSender
{
    /// <summary>The message's own: the sender learns of it, as of any bounce; SPF at the target may object.</summary>
    Original,

    /// <summary>The recipient whose script it was.</summary>
    Recipient,

    /// <summary>Nobody.</summary>
    None,
}
