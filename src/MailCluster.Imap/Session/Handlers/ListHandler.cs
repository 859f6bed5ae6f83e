using System.Collections.Immutable;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>LIST (RFC 9051 §6.3.9; RFC 5258, RFC 5819, RFC 6154, RFC 9590).</summary>
internal static class ListHandler
{
    private static readonly AnnotationList s_none = new([], 0, []);

    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, ListCommand command)
    {
        // RFC 9051 §6.3.9: an empty pattern asks for the separator and the root of the reference.
        if (!command.Extended && command.Patterns is [""])
        {
            Write(session, new ListLine("", ListAttributes.NoSelect));
            return CommandOutcome.Ok("Done");
        }

        var patterns = command.Patterns.Select(pattern => ListPattern.Create(command.Reference, pattern)).ToImmutableArray();
        var metadata = (command.Return & ListReturn.Metadata) != 0;
        if (metadata && !session.Services.Options.Metadata)
            return CommandOutcome.Bad("Unknown LIST return option");
        var annotations = metadata ? await AnnotationsAsync(session, command) : [];
        var tree = new FolderTree(await session.SendAsync(new ListFolders()));
        foreach (var node in tree.Nodes)
        {
            if (!MatchesAny(patterns, node.Name.Value) || !IsSelected(node, command.Selection, out var byChild))
                continue;
            Write(session, Line(session, node, command, byChild));
            if (node.Folder is { } folder && (command.Return & ListReturn.Status) != 0)
                StatusHandler.Write(session, folder, command.Status);
            if (node.Folder is not null && metadata)
                await MetadataHandlers.WriteAsync(session, node.Name.Value, annotations.GetValueOrDefault(node.Name, s_none), command.Metadata);
            await session.FlushIfLargeAsync();
        }

        return CommandOutcome.Ok("Done");
    }

    /// <summary>Of every folder that has some, in one question.</summary>
    private static async ValueTask<Dictionary<FolderName, AnnotationList>> AnnotationsAsync(ImapSession session, ListCommand command) =>
        (await session.SendAsync(new ListAnnotations(command.Metadata))).Folders.ToDictionary(static folder => folder.Name, static folder => folder.List);

    private static bool MatchesAny(ImmutableArray<ListPattern> patterns, string name)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.Matches(name))
                return true;
        }

        return false;
    }

    /// <summary>Whether the selection options take the name, itself or (RECURSIVEMATCH) for what is under it.</summary>
    private static bool IsSelected(FolderTreeNode node, ListSelection selection, out bool byChild)
    {
        var subscribed = (selection & ListSelection.Subscribed) != 0;
        var special = (selection & ListSelection.SpecialUse) != 0;
        byChild = (selection & ListSelection.RecursiveMatch) != 0
            && (!subscribed || node.HasSubscribedChild)
            && (!special || node.HasSpecialChild);
        // RFC 5258 §3.1: subscribed names are told whether or not they exist.
        var itself = (!subscribed || node.IsSubscribed)
            && (!special || node.Folder is { Use: not SpecialUse.None })
            && (subscribed || node.IsInTree);
        return itself || byChild;
    }

    private static ListLine Line(ImapSession session, FolderTreeNode node, ListCommand command, bool byChild)
    {
        var attributes = node.HasChildren ? ListAttributes.HasChildren : ListAttributes.HasNoChildren;
        if (node.Folder is null)
        {
            // RFC 5258 §3: \NonExistent is for clients that know it.
            attributes |= command.Extended || session.IsRev2 ? ListAttributes.NonExistent : ListAttributes.NoSelect;
        }

        var tellSubscribed = (command.Return & ListReturn.Subscribed) != 0 || (command.Selection & ListSelection.Subscribed) != 0;
        if (tellSubscribed && node.IsSubscribed)
            attributes |= ListAttributes.Subscribed;
        var childInfo = byChild && (command.Selection & ListSelection.Subscribed) != 0;
        return new ListLine(node.Name.Value, attributes, node.Folder?.Use ?? SpecialUse.None, childInfo);
    }

    private static void Write(ImapSession session, in ListLine line)
    {
        var writer = session.Respond();
        writer.List(line);
        writer.Commit();
    }
}
