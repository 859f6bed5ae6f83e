namespace MailCluster.Imap.Commands;

/// <summary>
/// One command of a client, as it was understood: vocabulary only. The reader in <c>Wire</c> makes it, a handler in <c>Session</c> runs it,
/// and neither knows the other. Names and texts are Unicode; nothing in a command refers to the input buffer.
/// </summary>
/// <param name="Tag">What the client put before it and expects back.</param>
internal abstract record ImapCommand(string Tag)
{
    /// <summary>Which command it is; UID forms have the name of their plain form.</summary>
    public abstract CommandName Name { get; }
}
