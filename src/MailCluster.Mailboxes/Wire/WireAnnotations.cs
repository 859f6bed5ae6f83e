using System.Collections.Immutable;
using System.Globalization;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes.Wire;

/// <summary>Requests and answers about annotations between memory and <c>wire.proto</c>.</summary>
internal static class WireAnnotations
{
    public static bool TrySetCommand(Request wire, IMailboxCommand command)
    {
        switch (command)
        {
            case Mailboxes.SetAnnotations set:
                wire.SetAnnotations = new SetAnnotations();
                if (set.Folder is { } changed)
                    wire.SetAnnotations.Folder = changed.Value;
                wire.SetAnnotations.Changes.AddRange(set.Changes.Select(AnnotationCodec.ToStored));
                return true;
            case GetAnnotations get:
                wire.GetAnnotations = ToWire(get.Paths, get.Depth, get.SizeMax);
                if (get.Folder is { } folder)
                    wire.GetAnnotations.Folder = folder.Value;
                return true;
            case ListAnnotations list:
                wire.ListAnnotations = ToWire(list.Paths, list.Depth, list.SizeMax);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Null: not a request about annotations.</summary>
    public static IMailboxCommand? CommandOf(Request wire) => wire.CommandCase switch
    {
        Request.CommandOneofCase.SetAnnotations => new Mailboxes.SetAnnotations(
            wire.SetAnnotations.HasFolder ? wire.SetAnnotations.Folder.ToFolderName() : null,
            [.. wire.SetAnnotations.Changes.Select(AnnotationCodec.FromStored)]),
        Request.CommandOneofCase.GetAnnotations => new GetAnnotations(
            wire.GetAnnotations.HasFolder ? wire.GetAnnotations.Folder.ToFolderName() : null,
            PathsOf(wire.GetAnnotations),
            (AnnotationDepth)wire.GetAnnotations.Depth,
            SizeOf(wire.GetAnnotations)),
        Request.CommandOneofCase.ListAnnotations => new ListAnnotations(
            PathsOf(wire.ListAnnotations), (AnnotationDepth)wire.ListAnnotations.Depth, SizeOf(wire.ListAnnotations)),
        _ => null,
    };

    public static bool TrySetResult(Reply wire, object result)
    {
        switch (result)
        {
            case Mailboxes.AnnotationList list:
                wire.AnnotationList = ToWire(list);
                return true;
            case Mailboxes.AnnotatedFolders folders:
                wire.AnnotatedFolders = new AnnotatedFolders();
                wire.AnnotatedFolders.Folders.AddRange(
                    folders.Folders.Select(folder => new AnnotatedFolder { Name = folder.Name.Value, List = ToWire(folder.List) }));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Null: not an answer about annotations.</summary>
    public static object? ResultOf(Reply wire) => wire.ResultCase switch
    {
        Reply.ResultOneofCase.AnnotationList => FromWire(wire.AnnotationList),
        Reply.ResultOneofCase.AnnotatedFolders => new Mailboxes.AnnotatedFolders(
            [.. wire.AnnotatedFolders.Folders.Select(folder => new Mailboxes.AnnotatedFolder(folder.Name.ToFolderName(), FromWire(folder.List)))]),
        _ => null,
    };

    private static AnnotationQuery ToWire(ImmutableArray<AnnotationPath> paths, AnnotationDepth depth, int? sizeMax)
    {
        var wire = new AnnotationQuery { Depth = (int)depth };
        wire.Paths.AddRange(paths.Select(path => path.Value));
        if (sizeMax is { } max)
            wire.SizeMax = max;
        return wire;
    }

    private static ImmutableArray<AnnotationPath> PathsOf(AnnotationQuery wire) => [.. wire.Paths.Select(PathOf)];

    private static int? SizeOf(AnnotationQuery wire) => wire.HasSizeMax ? wire.SizeMax : null;

    private static AnnotationPath PathOf(string wire) => AnnotationPath.TryCreate(wire, out var path, out var problem)
        ? path
        : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"Another node sent an invalid annotation's path: {problem}"));

    private static AnnotationList ToWire(Mailboxes.AnnotationList list)
    {
        var wire = new AnnotationList { LargestLeftOut = list.LargestLeftOut };
        wire.Annotations.AddRange(list.Annotations.Select(AnnotationCodec.ToStored));
        wire.LeftOut.AddRange(list.LeftOut);
        return wire;
    }

    private static Mailboxes.AnnotationList FromWire(AnnotationList wire) =>
        new([.. wire.Annotations.Select(AnnotationCodec.ToAnnotation)], wire.LargestLeftOut, [.. wire.LeftOut]);
}
