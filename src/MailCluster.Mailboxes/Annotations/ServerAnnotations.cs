using System.Collections.Immutable;
using System.Text;

namespace MailCluster.Mailboxes;

/// <summary>What configuration says of the server to every account; it stands before what an account has under that name.</summary>
internal static class ServerAnnotations
{
    private static readonly AnnotationName[] s_configurable = [AnnotationName.ServerAdmin, AnnotationName.SharedComment];

    public static bool IsReadOnly(AnnotationName entry, AnnotationOptions options) =>
        entry == AnnotationName.ServerAdmin || (entry == AnnotationName.SharedComment && options.ServerComment.Length > 0);

    public static ImmutableArray<byte>? Find(MailboxState state, AnnotationName entry, AnnotationOptions options) =>
        Configured(entry, options) ?? state.Annotations.Server.Find(entry);

    /// <summary>What a folder has under that name, or else the server: as RFC 6785 §2.3.1 finds its script. Two look-ups. Null: neither has it.</summary>
    public static ImmutableArray<byte>? FindNearest(MailboxState state, FolderId folder, AnnotationName entry, AnnotationOptions options) =>
        state.Annotations.Of(folder).Find(entry) ?? Find(state, entry, options);

    public static IEnumerable<Annotation> All(MailboxState state, AnnotationOptions options)
    {
        var configured = options.ServerAdmin.Length > 0 || options.ServerComment.Length > 0;
        var own = state.Annotations.Server.Entries;
        return configured
            ? own.Where(entry => !IsReadOnly(entry.Entry, options)).Concat(s_configurable.SelectMany(ByConfiguration)).OrderBy(entry => entry.Entry)
            : own;

        IEnumerable<Annotation> ByConfiguration(AnnotationName name) => Configured(name, options) is { } value ? [new Annotation(name, value)] : [];
    }

    private static ImmutableArray<byte>? Configured(AnnotationName entry, AnnotationOptions options)
    {
        var text = entry == AnnotationName.ServerAdmin ? options.ServerAdmin : entry == AnnotationName.SharedComment ? options.ServerComment : "";
        return text.Length == 0 ? null : [.. Encoding.UTF8.GetBytes(text)];
    }
}
