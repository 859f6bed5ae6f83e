namespace MailCluster.Mailboxes;

// Sieve scripts: RFC 5804 says what is allowed.
internal static partial class MailboxRules
{
    /// <summary>Whether a script of that size may be put under that name.</summary>
    /// <exception cref="MailboxRefusedException">It may not.</exception>
    public static Done RequireScriptSpace(MailboxState state, ScriptName name, long size, MailboxOptions options)
    {
        var replaced = state.Scripts.Find(name);
        if (size > options.ScriptSizeMax)
            throw Refused(RefusalReason.TooLarge, $"A script has at most {options.ScriptSizeMax} bytes.");
        if (replaced is null && state.Scripts.Count >= options.ScriptsMax)
            throw Refused(RefusalReason.TooMany, $"An account has at most {options.ScriptsMax} scripts.");

        // What makes an account smaller is allowed, also where the limit was lowered since.
        var before = replaced?.Content.Length ?? 0;
        if (size > before && state.Scripts.Size - before + size > options.ScriptBytesMax)
            throw Refused(RefusalReason.OverQuota, $"The scripts of an account have at most {options.ScriptBytesMax} bytes together.");
        return Done.Value;
    }

    private static MailboxDecision Decide(MailboxState state, PutScript command, DecisionContext context)
    {
        if (command.Content.IsDefaultOrEmpty)
            throw Refused(RefusalReason.Cannot, "A script must not be empty."); // RFC 5804 §2.6
        RequireScriptSpace(state, command.Name, command.Content.Length, context.Options);
        var activates = command.Activate && state.Scripts.Active != command.Name;
        var isNew = state.Scripts.Find(command.Name) is not { } present || !present.Content.AsSpan().SequenceEqual(command.Content.AsSpan());
        var put = new ScriptPut(command.Name, command.Content, context.UnixSeconds);
        var activated = new ScriptActivated(command.Name);
        return (isNew, activates) switch
        {
            (true, true) => Decision(Done.Value, put, activated),
            (true, false) => Decision(Done.Value, put),
            (false, true) => Decision(Done.Value, activated),
            (false, false) => MailboxDecision.Nothing(Done.Value),
        };
    }

    private static MailboxDecision Decide(MailboxState state, DeleteScript command)
    {
        RequireScript(state, command.Name);
        return state.Scripts.Active == command.Name
            ? throw Refused(RefusalReason.InUse, $"The script '{command.Name}' is active; deactivate it first.")
            : Decision(Done.Value, new ScriptDeleted(command.Name));
    }

    private static MailboxDecision Decide(MailboxState state, RenameScript command)
    {
        RequireScript(state, command.From);
        return state.Scripts.Find(command.To) is not null
            ? throw Refused(RefusalReason.AlreadyExists, $"The script '{command.To}' exists already.")
            : Decision(Done.Value, new ScriptRenamed(command.From, command.To));
    }

    private static MailboxDecision Decide(MailboxState state, SetActiveScript command)
    {
        if (command.Name is { } name)
            RequireScript(state, name);
        return state.Scripts.Active == command.Name
            ? MailboxDecision.Nothing(Done.Value)
            : Decision(Done.Value, new ScriptActivated(command.Name));
    }

    /// <exception cref="MailboxRefusedException">There is none of that name.</exception>
    internal static StoredScript RequireScript(MailboxState state, ScriptName name) =>
        state.Scripts.Find(name) ?? throw Refused(RefusalReason.NonExistent, $"There is no script '{name}'.");
}
