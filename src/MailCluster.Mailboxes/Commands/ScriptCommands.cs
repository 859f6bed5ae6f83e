using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

// The Sieve scripts of an account (RFC 5804). To the mailbox they are bytes: whoever puts one has compiled it, and whoever runs one compiles it again
// where it has not done so yet.

/// <summary>
/// Keeps a script, in the place of the one of that name if there is one, which stays active if it was. Refused: an empty one
/// (<see cref="RefusalReason.Cannot"/>), and whatever <see cref="AskScriptSpace"/> refuses.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Content">Its bytes; whoever sends them has compiled them.</param>
/// <param name="Activate">Also makes it the active one, in the same step.</param>
public sealed record PutScript(ScriptName Name, ImmutableArray<byte> Content, bool Activate = false) : MailboxCommand<Done>;

/// <summary>
/// Deletes a script. Refused with <see cref="RefusalReason.NonExistent"/>, or with <see cref="RefusalReason.InUse"/> while it is active (RFC 5804 §2.10).
/// </summary>
public sealed record DeleteScript(ScriptName Name) : MailboxCommand<Done>;

/// <summary>
/// Gives a script another name; an active one stays active (RFC 5804 §2.11). Refused with <see cref="RefusalReason.NonExistent"/>, or with
/// <see cref="RefusalReason.AlreadyExists"/> if a script has the new name.
/// </summary>
public sealed record RenameScript(ScriptName From, ScriptName To) : MailboxCommand<Done>;

/// <summary>Makes a script the active one; null: none is (RFC 5804 §2.8). Refused with <see cref="RefusalReason.NonExistent"/>.</summary>
public sealed record SetActiveScript(ScriptName? Name) : MailboxCommand<Done>;

/// <summary>All scripts without their content.</summary>
public sealed record ListScripts : MailboxQuery<ScriptList>;

/// <summary>One script; refused with <see cref="RefusalReason.NonExistent"/>.</summary>
/// <param name="Name">Which.</param>
/// <param name="Known">The script that the asker has already: if it is that one, the answer has no content.</param>
public sealed record GetScript(ScriptName Name, ScriptHash Known = default) : MailboxQuery<ScriptText>;

/// <summary>The active script, if there is one. Asked once a delivery, so it is worth saying what one has.</summary>
/// <param name="Known">As in <see cref="GetScript"/>.</param>
public sealed record GetActiveScript(ScriptHash Known = default) : MailboxQuery<ActiveScript>;

/// <summary>
/// Whether a script of that name and size may be put (RFC 5804 §2.5). Refused with <see cref="RefusalReason.TooLarge"/>,
/// <see cref="RefusalReason.TooMany"/>, or <see cref="RefusalReason.OverQuota"/> for all scripts of the account together.
/// </summary>
/// <param name="Name">What it would be called.</param>
/// <param name="Size">Bytes, 0 and up.</param>
public sealed record AskScriptSpace(ScriptName Name, long Size) : MailboxQuery<Done>;

/// <param name="Scripts">In the order of <see cref="ScriptName.CompareTo"/>.</param>
public sealed record ScriptList(ImmutableArray<ScriptInfo> Scripts);

/// <summary>What a list tells about one script.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hash">Of its content.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ChangedAt">When it was put: seconds since 1970 UTC.</param>
/// <param name="IsActive">At most one is.</param>
public sealed record ScriptInfo(ScriptName Name, ScriptHash Hash, int Size, uint ChangedAt, bool IsActive);

/// <summary>A script with its content.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hash">Of its content.</param>
/// <param name="Content">Empty if the asker said that it has it; a script is never empty.</param>
public sealed record ScriptText(ScriptName Name, ScriptHash Hash, ImmutableArray<byte> Content);

/// <param name="Script">Null: no script is active.</param>
public sealed record ActiveScript(ScriptText? Script);
