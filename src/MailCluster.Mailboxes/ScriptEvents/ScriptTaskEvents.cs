using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>Messages wait for scripts. A task whose id is known gets more messages.</summary>
internal sealed record ScriptsQueued(ImmutableArray<ScriptTask> Tasks) : MailboxEvent;

/// <summary>The messages of a task up to <paramref name="Through"/> have had their turn; a task without any left is gone.</summary>
internal sealed record ScriptsSettled(ScriptTaskId Task, uint Through) : MailboxEvent;
