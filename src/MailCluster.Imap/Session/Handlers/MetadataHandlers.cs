using System.Collections.Immutable;
using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// GETMETADATA and SETMETADATA (RFC 5464 §4). /private and /shared both are the account's own, so NOPRIVATE is never answered. Changes that other sessions make are
/// not told unasked, which is optional (§4.1).
/// </summary>
internal static class MetadataHandlers
{
    /// <summary>What one METADATA response holds before the next is begun, in bytes: the client is sent what is there (§4.4).</summary>
    private const int ResponseBytesMax = 16 * 1024;

    public static async ValueTask<CommandOutcome> GetAsync(ImapSession session, GetMetadataCommand command)
    {
        if (!session.Services.Options.Metadata)
            return Unknown;
        if (!TryFolder(command.Mailbox, out var folder, out var refusal))
            return refusal;
        var list = await session.SendAsync(new GetAnnotations(folder, command.Paths, command.Depth, command.SizeMax));
        await WriteAsync(session, command.Mailbox, list, command.Depth == AnnotationDepth.Here ? command.Paths : []);
        return list.LargestLeftOut == 0
            ? CommandOutcome.Ok("Done")
            : CommandOutcome.Ok("Larger values were left out", new MetadataCode("LONGENTRIES", list.LargestLeftOut));
    }

    public static async ValueTask<CommandOutcome> SetAsync(ImapSession session, SetMetadataCommand command)
    {
        if (!session.Services.Options.Metadata)
            return Unknown;
        if (!TryFolder(command.Mailbox, out var folder, out var refusal))
            return refusal;
        try
        {
            await session.SendAsync(new SetAnnotations(folder, command.Changes));
            return CommandOutcome.Ok("Done");
        }
        catch (MailboxRefusedException e) when (e.Reason == RefusalReason.TooLarge)
        {
            return CommandOutcome.No(e.Message) with { Argument = new MetadataCode("MAXSIZE", session.Services.Options.AnnotationSizeMax) };
        }
        catch (MailboxRefusedException e) when (e.Reason == RefusalReason.TooMany)
        {
            return CommandOutcome.No(e.Message) with { Argument = new MetadataCode("TOOMANY") };
        }
    }

    /// <summary>The responses about one folder.</summary>
    /// <param name="mailbox">Empty: the server.</param>
    /// <param name="list">What was found.</param>
    /// <param name="asked">Of these NIL is told when they have no value; not of those that are too large.</param>
    public static async ValueTask WriteAsync(ImapSession session, string mailbox, AnnotationList list, ImmutableArray<AnnotationPath> asked)
    {
        var entries = list.Annotations.Select(annotation => (Entry: annotation.Entry.Value, Value: (ImmutableArray<byte>?)annotation.Value)).ToList();
        foreach (var path in asked.Distinct())
        {
            if (!entries.Exists(entry => entry.Entry == path.Value) && !list.LeftOut.Contains(path.Value) && path.Value.Length > 0)
                entries.Add((path.Value, null));
        }

        for (var at = 0; at < entries.Count;)
        {
            at = WriteSome(session, mailbox, entries, at);
            await session.FlushIfLargeAsync();
        }
    }

    private static int WriteSome(ImapSession session, string mailbox, List<(string Entry, ImmutableArray<byte>? Value)> entries, int at)
    {
        var writer = session.Respond();
        writer.MetadataStart(mailbox);
        var (first, bytes) = (at, 0);
        while (at < entries.Count && bytes < ResponseBytesMax)
        {
            var (entry, value) = entries[at];
            if (at++ > first)
                writer.Space();
            writer.MetadataEntry(entry, value);
            bytes += value?.Length ?? 0;
        }

        writer.MetadataEnd();
        writer.Commit();
        return at;
    }

    private static CommandOutcome Unknown => CommandOutcome.Bad("METADATA is turned off");

    /// <summary>Null for the server, whose name is empty.</summary>
    private static bool TryFolder(string mailbox, out FolderName? folder, out CommandOutcome refusal)
    {
        (folder, refusal) = (null, default);
        if (mailbox.Length == 0)
            return true;
        if (!FolderNames.TryExisting(mailbox, out var name, out refusal))
            return false;
        folder = name;
        return true;
    }
}
