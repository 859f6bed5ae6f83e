using MailCluster.Cluster;

namespace MailCluster.Mailboxes;

/// <summary>
/// The way to every account's mailbox, wherever its actor runs. Commands of one caller to one account run in the order in which they
/// were sent, if each is sent before the one before it has answered or after.
/// </summary>
public interface IMailboxClient
{
    /// <summary>
    /// The cluster's feature level as this node knows it; it only rises. Commands that need a higher one (<see cref="MailboxLevel"/>) are refused with
    /// <see cref="RefusalReason.Unavailable"/>, so who can do without asks here first.
    /// </summary>
    int Level => FeatureLevel.Newest;

    /// <summary>
    /// Sends a command and waits for its answer. When it returns, the change is durable, and every <see cref="FolderFeed"/> of this process
    /// whose folder changed has the new index; later only where the account is on another node that cannot be followed until the command's time is over.
    /// </summary>
    /// <param name="account">Whose mailbox. Must exist in the user directory: the mailbox does not ask.</param>
    /// <param name="command">What to do.</param>
    /// <param name="context">Who asks; its id makes a command that is sent twice run once.</param>
    /// <param name="cancellationToken">Stops the wait; the command may run all the same.</param>
    /// <exception cref="MailboxRefusedException">Refused, busy, or unavailable.</exception>
    ValueTask<TResult> SendAsync<TResult>(
        AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Sends a command, for a caller that goes on with something else before it takes the answer. Commands begun one after the other run
    /// in that order and may share one write. <see cref="SendAsync"/> may run the command on the caller's thread; this never does.
    /// </summary>
    /// <inheritdoc cref="SendAsync"/>
    SentCommand<TResult> Begin<TResult>(
        AccountId account, MailboxCommand<TResult> command, CommandContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a folder for reading its index: the answer's feed always has the newest version. Dispose it when the folder is closed.
    /// </summary>
    /// <param name="account">Whose mailbox.</param>
    /// <param name="folder">Which folder.</param>
    /// <param name="takeRecent">True (SELECT): messages not yet told to any session become this session's \Recent (RFC 3501 §2.3.2).</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="MailboxRefusedException">No such folder, busy, or unavailable.</exception>
    ValueTask<OpenedFolder> OpenFolderAsync(AccountId account, FolderName folder, bool takeRecent, CancellationToken cancellationToken);
}

/// <summary>A command that was sent and may be under way.</summary>
public abstract class SentCommand<TResult>
{
    /// <summary>Waits for the answer. To be called once.</summary>
    /// <exception cref="MailboxRefusedException">As <see cref="IMailboxClient.SendAsync"/>.</exception>
    public abstract ValueTask<TResult> AnswerAsync();
}

/// <summary>Who asks, from where, and the identity of this one command. Kept in the events that it causes.</summary>
/// <param name="Id">Unique for ever; the same when the same command is sent again.</param>
/// <param name="Session">The session's id, as logged; empty for none.</param>
/// <param name="Protocol"><c>imap</c>, <c>lmtp</c>, <c>admin</c>, …</param>
/// <param name="ClientAddress">The client's address as text; empty for none.</param>
public sealed record CommandContext(CommandId Id, string Session, string Protocol, string ClientAddress)
{
    /// <summary>For queries, which cause no events.</summary>
    public static CommandContext None { get; } = new(CommandId.None, "", "", "");
}
