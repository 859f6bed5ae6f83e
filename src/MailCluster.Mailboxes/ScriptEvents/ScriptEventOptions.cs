using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>On what of IMAP scripts run (RFC 6785), and which of the operator's.</summary>
public sealed record ScriptEventOptions
{
    /// <summary>The operator's, in order. All that fit run.</summary>
    public ImmutableArray<ScriptEventRule> Rules { get; init; } = [];

    /// <summary>Whether users name scripts of their own, by the annotation <c>/shared/imapsieve/script</c> of a folder or of the server (RFC 6785 §2.3.1).</summary>
    public bool HasUserScripts { get; init; }

    /// <summary>Tasks that one account may have waiting; what happens past it runs no script. 1 and up.</summary>
    public int QueueMax { get; init; } = 1_000;
}

/// <summary>One rule of the operator's.</summary>
/// <param name="Folder">In which folders the message is after the event.</param>
/// <param name="From">For copies and moves: from which folders it comes; null for all. With it, appends and flags never fit.</param>
/// <param name="Causes">On what.</param>
/// <param name="Before">The file of the script that runs before the user's; null for none.</param>
/// <param name="After">The file of the script that runs after the user's; null for none.</param>
public sealed record ScriptEventRule(FolderPattern Folder, FolderPattern? From, ScriptCauses Causes, string? Before, string? After)
{
    public bool Fits(FolderName folder, FolderName? from, ScriptCauses cause) =>
        (Causes & cause) != 0 && (From is null || (from is { } source && From.Matches(source))) && Folder.Matches(folder);
}

/// <summary>What happened to a message (RFC 6785 §4.3).</summary>
[Flags]
public enum ScriptCauses
{
    None = 0,

    /// <summary>APPEND.</summary>
    Append = 1,

    /// <summary>COPY and MOVE.</summary>
    Copy = 2,

    /// <summary>Flags changed, by STORE or FETCH.</summary>
    Flag = 4,

    All = Append | Copy | Flag,
}
