using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

// Annotations: RFC 5464 says what is allowed.
internal static partial class MailboxRules
{
    private static MailboxDecision Decide(MailboxState state, SetAnnotations command, DecisionContext context)
    {
        var options = context.Options.Annotations;
        var folder = command.Folder is { } name ? RequireFolder(state, name).Id : (FolderId?)null;
        var present = state.Annotations.Of(folder);
        var changes = ImmutableArray.CreateBuilder<AnnotationChange>(command.Changes.Length);
        foreach (var change in command.Changes.Reverse().DistinctBy(change => change.Entry).OrderBy(change => change.Entry))
        {
            if (folder is null && ServerAnnotations.IsReadOnly(change.Entry, options))
                throw Refused(RefusalReason.Cannot, $"{change.Entry} of the server is set by its administrator.");
            if (change.Value is { } value && value.Length > options.ValueSizeMax)
                throw Refused(RefusalReason.TooLarge, $"An annotation has at most {options.ValueSizeMax} bytes.");
            if (IsNews(present, change))
                changes.Add(change);
        }

        if (changes.Count == 0)
            return MailboxDecision.Nothing(Done.Value);
        var changed = new AnnotationsChanged(folder, changes.ToImmutable());
        RequireAnnotationSpace(state, folder, present.With(changed.Changes), options);
        return Decision(Done.Value, changed);
    }

    /// <summary>RFC 5464 §4.1: when INBOX is renamed, the new folder and the INBOX that stays both have its annotations. Empty: it has none.</summary>
    private static ImmutableArray<MailboxEvent> CopyAnnotations(MailboxState state, FolderId from, FolderId to, MailboxOptions options)
    {
        var set = state.Annotations.Of(from);
        if (set.Entries.IsEmpty)
            return [];
        RequireAnnotationSpace(state, to, set, options.Annotations);
        return [new AnnotationsChanged(to, [.. set.Entries.Select(entry => new AnnotationChange(entry.Entry, entry.Value))])];
    }

    // What makes an account smaller is allowed, also where a limit was lowered since.
    private static void RequireAnnotationSpace(MailboxState state, FolderId? folder, AnnotationSet after, AnnotationOptions options)
    {
        var before = state.Annotations.Of(folder);
        if (after.Entries.Length > options.EntriesMax && after.Entries.Length > before.Entries.Length)
            throw Refused(RefusalReason.TooMany, $"There are at most {options.EntriesMax} annotations in one place.");
        if (after.Size > before.Size && state.Annotations.Size - before.Size + after.Size > options.BytesMax)
            throw Refused(RefusalReason.OverQuota, $"The annotations of an account have at most {options.BytesMax} bytes together.");
    }

    private static bool IsNews(AnnotationSet present, AnnotationChange change) => (present.Find(change.Entry), change.Value) switch
    {
        (null, null) => false,
        ({ } before, { } after) => !before.AsSpan().SequenceEqual(after.AsSpan()),
        _ => true,
    };

    /// <exception cref="MailboxRefusedException">There is none of that name.</exception>
    internal static FolderState RequireFolder(MailboxState state, FolderName name) =>
        state.Find(name) ?? throw Refused(RefusalReason.NonExistent, $"There is no folder '{name}'.");
}
