namespace MailCluster.Mailboxes;

/// <summary>Answers of the queries about scripts, from a state.</summary>
internal static class ScriptAnswers
{
    public static ScriptList List(MailboxState state) => new(
    [
        .. state.Scripts.Scripts.Select(entry => new ScriptInfo(
            entry.Key, entry.Value.Hash, entry.Value.Content.Length, entry.Value.ChangedAt, state.Scripts.Active == entry.Key)),
    ]);

    /// <exception cref="MailboxRefusedException">There is none of that name.</exception>
    public static ScriptText Get(MailboxState state, ScriptName name, ScriptHash known)
    {
        var script = MailboxRules.RequireScript(state, name);
        return new ScriptText(name, script.Hash, script.Hash == known ? [] : script.Content);
    }

    public static ActiveScript GetActive(MailboxState state, ScriptHash known) =>
        new(state.Scripts.Active is { } name ? Get(state, name, known) : null);
}
