using System.Collections.Immutable;
using System.Globalization;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes;

/// <summary>Annotations between memory and <c>mailbox.proto</c>.</summary>
internal static class AnnotationCodec
{
    public static Event ToStored(AnnotationsChanged e)
    {
        var stored = new Stored.AnnotationsChanged();
        if (e.Folder is { } folder)
            stored.Folder = folder.Value.ToStored();
        stored.Changes.AddRange(e.Changes.Select(ToStored));
        return new Event { AnnotationsChanged = stored };
    }

    public static AnnotationsChanged FromStored(Stored.AnnotationsChanged stored) =>
        new(stored.HasFolder ? stored.Folder.ToFolderId() : null, [.. stored.Changes.Select(FromStored)]);

    public static Stored.AnnotationChange ToStored(AnnotationChange change)
    {
        var stored = new Stored.AnnotationChange { Entry = change.Entry.Value };
        if (change.Value is { } value)
            stored.Value = value.ToStored();
        return stored;
    }

    public static AnnotationChange FromStored(Stored.AnnotationChange stored) =>
        new(stored.Entry.ToAnnotationName(), stored.HasValue ? stored.Value.ToContent() : (ImmutableArray<byte>?)null);

    public static Stored.AnnotationChange ToStored(Annotation annotation) =>
        new() { Entry = annotation.Entry.Value, Value = annotation.Value.ToStored() };

    /// <exception cref="InvalidDataException">Not an annotation's name.</exception>
    public static AnnotationName ToAnnotationName(this string stored) =>
        AnnotationName.TryCreate(stored, out var name, out var problem)
            ? name
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"A stored annotation's name is invalid: {problem}"));

    /// <exception cref="InvalidDataException">It has no value, or not an annotation's name.</exception>
    public static Annotation ToAnnotation(this Stored.AnnotationChange stored) => stored.HasValue
        ? new Annotation(stored.Entry.ToAnnotationName(), stored.Value.ToContent())
        : throw new InvalidDataException($"The stored annotation {stored.Entry} has no value.");
}
