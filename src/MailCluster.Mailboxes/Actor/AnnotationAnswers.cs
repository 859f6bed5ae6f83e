using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>Answers of the queries about annotations, from a state.</summary>
internal static class AnnotationAnswers
{
    /// <exception cref="MailboxRefusedException">There is no folder of that name.</exception>
    public static AnnotationList Get(MailboxState state, GetAnnotations query, AnnotationOptions options)
    {
        var entries = query.Folder is { } name
            ? state.Annotations.Of(MailboxRules.RequireFolder(state, name).Id).Entries
            : ServerAnnotations.All(state, options);
        return Select(entries, query.Paths, query.Depth, query.SizeMax);
    }

    public static AnnotatedFolders List(MailboxState state, ListAnnotations query)
    {
        var folders = state.Annotations.Folders
            .Select(entry => new AnnotatedFolder(state.Folders[entry.Key].Name, Select(entry.Value.Entries, query.Paths, query.Depth, query.SizeMax)))
            .Where(folder => !folder.List.Annotations.IsEmpty || folder.List.LargestLeftOut > 0);
        return new AnnotatedFolders([.. folders.OrderBy(folder => folder.Name)]);
    }

    private static AnnotationList Select(
        IEnumerable<Annotation> entries, ImmutableArray<AnnotationPath> paths, AnnotationDepth depth, int? sizeMax)
    {
        var selected = ImmutableArray.CreateBuilder<Annotation>();
        var leftOut = ImmutableArray.CreateBuilder<string>();
        var largest = 0;
        foreach (var entry in entries)
        {
            if (!paths.Any(path => path.Has(entry.Entry, depth)))
                continue;
            if (sizeMax is not { } max || entry.Value.Length <= max)
            {
                selected.Add(entry);
                continue;
            }

            largest = Math.Max(largest, entry.Value.Length);
            leftOut.Add(entry.Entry.Value);
        }

        return new AnnotationList(selected.DrainToImmutable(), largest, leftOut.DrainToImmutable());
    }
}
