using Google.Protobuf;
using MailCluster.Mailboxes.Stored;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>
/// Annotations in a snapshot: the root names the folders that have any, and each has a part of its own, <c>a/&lt;folder&gt;</c>, that of the server
/// <c>a/server</c>, written when it is not what it was.
/// </summary>
internal static class AnnotationSnapshot
{
    private const string ServerPart = "a/server";

    public static void Write(AccountAnnotations annotations, AccountAnnotations? last, List<SnapshotPart> changed, List<string> removed)
    {
        if (ReferenceEquals(annotations, last))
            return;
        last ??= AccountAnnotations.Empty;
        Write(ServerPart, annotations.Server, last.Server, changed, removed);
        foreach (var (folder, set) in annotations.Folders)
            Write(PartName(folder), set, last.Of(folder), changed, removed);
        foreach (var (folder, set) in last.Folders)
        {
            if (!annotations.Folders.ContainsKey(folder))
                Write(PartName(folder), AnnotationSet.Empty, set, changed, removed);
        }
    }

    public static void WriteRoot(AccountAnnotations annotations, SnapshotRoot root)
    {
        root.ServerAnnotated = !annotations.Server.Entries.IsEmpty;
        root.AnnotatedFolders.AddRange(annotations.Folders.Keys.OrderBy(folder => folder.Value).Select(folder => folder.Value.ToStored()));
    }

    /// <exception cref="InvalidDataException">A part is missing or damaged.</exception>
    public static AccountAnnotations Read(SnapshotRoot root, Func<string, ReadOnlyMemory<byte>?> partOf)
    {
        var annotations = AccountAnnotations.Empty;
        if (root.ServerAnnotated)
            annotations = annotations.With(null, Read(ServerPart, partOf));
        foreach (var stored in root.AnnotatedFolders)
        {
            var folder = stored.ToFolderId();
            annotations = annotations.With(folder, Read(PartName(folder), partOf));
        }

        return annotations;
    }

    private static void Write(string part, AnnotationSet set, AnnotationSet last, List<SnapshotPart> changed, List<string> removed)
    {
        if (ReferenceEquals(set, last))
            return;
        if (set.Entries.IsEmpty)
        {
            removed.Add(part);
            return;
        }

        var stored = new SnapshotAnnotations();
        stored.Annotations.AddRange(set.Entries.Select(AnnotationCodec.ToStored));
        changed.Add(new SnapshotPart(part, stored.ToByteArray()));
    }

    private static AnnotationSet Read(string part, Func<string, ReadOnlyMemory<byte>?> partOf)
    {
        if (partOf(part) is not { } bytes)
            throw new InvalidDataException($"The snapshot has no part {part}.");
        try
        {
            return AnnotationSet.Of(SnapshotAnnotations.Parser.ParseFrom(bytes.Span).Annotations.Select(AnnotationCodec.ToAnnotation));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"The snapshot's part {part} is damaged: {e.Message}", e);
        }
    }

    private static string PartName(FolderId folder) => $"a/{folder.Value:N}";
}
