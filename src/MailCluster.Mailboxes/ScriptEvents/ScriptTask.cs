using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

// Scripts that run on what IMAP does (RFC 6785).
//
// The problem: a script may take seconds (it may feed a spam filter), a client moves a thousand messages at once, and a node may die in between. The client is
// not to wait, nothing is to be forgotten, and nothing to be done twice.
//
// The steps:
//   1. APPEND, COPY, MOVE or STORE is decided by the account's actor. If a rule of the operator's or an annotation of the user's asks for it, the same change of the
//      account says which messages are waiting for a script: ScriptsQueued, a ScriptTask.     a crash before it is durable: neither happened; after it: both did
//   2. the client has its answer. The node that has the account looks at the first task (NextScriptTask) and runs the scripts on one message of it
//                                                              a crash: the next node to have the account begins at 2
//   3. SettleScriptTask: all that the scripts decided and that the message has had its turn, in one change of the account          a crash after it: the next message
// What scripts do outside (a program that is run) happens between 2 and 3 and may thus happen twice; see docs/adr/0033.
//
// What SettleScriptTask does is no event: tasks are made for commands of IMAP sessions alone.

/// <summary>Names one task.</summary>
public readonly record struct ScriptTaskId(Guid Value)
{
    public override string ToString() => Value.ToString("N", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Messages that wait for a script, all for the same reason.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Folder">Where they are.</param>
/// <param name="Name">What the folder was called when it happened: <c>imap.mailbox</c>.</param>
/// <param name="Cause">What happened; one of the causes.</param>
/// <param name="From">Where they came from; of <see cref="ScriptCauses.Copy"/> alone.</param>
/// <param name="Uids">Those that have not had their turn, in the order in which they will. Some may be gone.</param>
/// <param name="ChangedFlags">Names of the flags that changed; of <see cref="ScriptCauses.Flag"/> alone.</param>
/// <param name="Script">The user's script for it; empty for none.</param>
/// <param name="Session">The session that did it.</param>
/// <param name="ClientAddress">From where it did.</param>
/// <param name="QueuedAt">When.</param>
public sealed record ScriptTask(
    ScriptTaskId Id,
    FolderId Folder,
    FolderName Name,
    ScriptCauses Cause,
    FolderName? From,
    UidSet Uids,
    ImmutableArray<string> ChangedFlags,
    string Script,
    string Session,
    string ClientAddress,
    DateTimeOffset QueuedAt)
{
    /// <summary>Whether messages of <paramref name="other"/>, which happened right after this, may have their turn as a part of this.</summary>
    internal bool MayTake(ScriptTask other) =>
        Folder == other.Folder && Name == other.Name && Cause == other.Cause && From == other.From && Script == other.Script
        && Session == other.Session && ClientAddress == other.ClientAddress
        && ChangedFlags.AsSpan().SequenceEqual(other.ChangedFlags.AsSpan())
        && Uids.Max < other.Uids.Min;
}

/// <summary>The first message of the account that waits for a script.</summary>
public sealed record NextScriptTask : MailboxQuery<ScriptWork>;

/// <param name="Task">The first task; null when none waits.</param>
/// <param name="Uid">The message whose turn it is; 0 when all of the task are gone.</param>
/// <param name="Message">What is known of it; null as <paramref name="Uid"/> is 0.</param>
public sealed record ScriptWork(ScriptTask? Task, uint Uid, NewMessage? Message)
{
    public static ScriptWork None { get; } = new(null, 0, null);
}

/// <summary>
/// Ends the turn of a message: everything that its scripts decided, all or nothing. If the message is gone or has had its turn, or a mark that was taken for absent is there,
/// nothing changes and the answer says so.
/// </summary>
/// <param name="Task">Which task.</param>
/// <param name="Uid">Which message; those of the task before it are gone, and done with too. <see cref="uint.MaxValue"/>: all of the task are.</param>
/// <param name="Change">What the scripts decided; null for nothing.</param>
public sealed record SettleScriptTask(ScriptTaskId Task, uint Uid, ScriptChange? Change = null) : MailboxCommand<DeliveryResult>, ITakesRoom;

/// <summary>What scripts do to a message that is in a folder already.</summary>
/// <param name="Body">Its body, as it was when the scripts ran. Filings and mails may use it; all other bodies are new to the account.</param>
/// <param name="Added">Flags and keywords that it gets.</param>
/// <param name="Removed">Flags and keywords that it loses.</param>
/// <param name="Disposal">Whether it stays.</param>
/// <param name="Delivery">What else happens.</param>
public sealed record ScriptChange(
    Bodies.BodyRef Body, MessageFlags Added, MessageFlags Removed, MessageDisposal Disposal, DeliverMessage Delivery);

/// <summary>Flags of a message.</summary>
public sealed record MessageFlags(SystemFlags System, ImmutableArray<string> Keywords)
{
    public static MessageFlags None { get; } = new(SystemFlags.None, []);

    public bool IsNone => System == SystemFlags.None && Keywords.IsEmpty;
}

/// <summary>What becomes of a message after its scripts.</summary>
public enum MessageDisposal
{
    /// <summary>It stays.</summary>
    Keep,

    /// <summary>It stays and is \Deleted (RFC 6785 §2.2.4).</summary>
    Delete,

    /// <summary>It is expunged (RFC 6785 §2.2.4).</summary>
    Expunge,
}

/// <summary>
/// Hears of every account of this node in which messages wait for scripts: when some are queued, and when an account in which some wait was recovered. Called from the
/// account's own thread of work; returns at once.
/// </summary>
public interface IScriptTaskListener
{
    void ScriptTasksWait(AccountId account);
}

/// <summary>Where the actors of a node tell who waits for scripts, before there is anybody to run them.</summary>
public sealed class ScriptTaskSignal : IScriptTaskListener
{
    private volatile IScriptTaskListener? _listener;

    public void Attach(IScriptTaskListener? listener) => _listener = listener;

    public void ScriptTasksWait(AccountId account) => _listener?.ScriptTasksWait(account);
}
