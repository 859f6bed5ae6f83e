using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>A script is new or has other content.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Content">All of it.</param>
/// <param name="ChangedAt">Seconds since 1970 UTC.</param>
internal sealed record ScriptPut(ScriptName Name, ImmutableArray<byte> Content, uint ChangedAt) : MailboxEvent;

internal sealed record ScriptDeleted(ScriptName Name) : MailboxEvent;

/// <summary>A script has another name; if it was active it still is.</summary>
internal sealed record ScriptRenamed(ScriptName From, ScriptName To) : MailboxEvent;

/// <summary>That script is active now and no other; null: none is.</summary>
internal sealed record ScriptActivated(ScriptName? Name) : MailboxEvent;
