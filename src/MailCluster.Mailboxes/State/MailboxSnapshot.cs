using System.Collections.Immutable;
using Google.Protobuf;
using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Mailboxes.Stored;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>
/// A mailbox's state as the parts of a snapshot: <c>root</c> (everything else, protobuf), for each folder
/// <c>f/&lt;id&gt;</c> and a suffix (<see cref="FolderIndexCodec"/>), scripts (<see cref="ScriptSnapshot"/>) and annotations
/// (<see cref="AnnotationSnapshot"/>). Only parts that differ from the last snapshot are written.
/// </summary>
/// <remarks>
/// <see cref="MailboxState.Released"/> has no place in it: the body store is told of released bodies before a snapshot covers their events.
/// </remarks>
internal static class MailboxSnapshot
{
    private const string RootPart = "root";

    public static SnapshotChanges Write(
        MailboxState state, MailboxState? last, Func<FolderState, uint> recentFrom, int level = FeatureLevel.Newest)
    {
        var changed = new List<SnapshotPart> { new(RootPart, WriteRoot(state, recentFrom, level)) };
        var removed = new List<string>();
        foreach (var folder in state.Folders.Values)
        {
            var previous = last?.Folders.GetValueOrDefault(folder.Id)?.Index;
            if (ReferenceEquals(previous, folder.Index))
                continue;
            var parts = FolderIndexCodec.Write(folder.Index, previous);
            foreach (var (suffix, bytes) in parts.Changed)
                changed.Add(new SnapshotPart(PartName(folder.Id) + suffix, bytes));
            foreach (var suffix in parts.Removed)
                removed.Add(PartName(folder.Id) + suffix);
        }

        ScriptSnapshot.Write(state.Scripts, last?.Scripts, changed, removed);
        AnnotationSnapshot.Write(state.Annotations, last?.Annotations, changed, removed);
        if (last is not null)
        {
            foreach (var folder in last.Folders.Values)
            {
                if (state.Folders.ContainsKey(folder.Id))
                    continue;
                foreach (var suffix in FolderIndexCodec.PartsOf(folder.Index))
                    removed.Add(PartName(folder.Id) + suffix);
            }
        }

        return new SnapshotChanges(changed, removed);
    }

    /// <exception cref="InvalidDataException">The parts are damaged or do not belong together.</exception>
    public static MailboxState Read(Snapshot snapshot, Action<FolderId, uint> recentFrom)
    {
        var folders = new Dictionary<string, Dictionary<string, ReadOnlyMemory<byte>>>();
        SnapshotRoot? root = null;
        foreach (var part in snapshot.Parts)
        {
            if (part.Name == RootPart)
            {
                root = ParseRoot(part.Bytes);
                continue;
            }

            var suffix = part.Name.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? dot : part.Name.Length;
            var name = part.Name[..suffix];
            if (!folders.TryGetValue(name, out var parts))
                folders.Add(name, parts = []);
            parts.Add(part.Name[suffix..], part.Bytes);
        }

        return root is null ? throw new InvalidDataException("The snapshot has no root.") : ReadState(root, folders, recentFrom);
    }

    private static string PartName(FolderId id) => $"f/{id.Value:N}";

    private static SnapshotRoot ParseRoot(ReadOnlyMemory<byte> bytes)
    {
        SnapshotRoot root;
        try
        {
            root = SnapshotRoot.Parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException("The snapshot's root is damaged: " + e.Message, e);
        }

        // It may have fields that this release would skip here, and leave out of its own snapshot.
        return root.Level <= FeatureLevel.Newest
            ? root
            : throw new InvalidDataException(
                $"A later release wrote the snapshot, at feature level {root.Level}; this one reads up to level {FeatureLevel.Newest}.");
    }

    private static byte[] WriteRoot(MailboxState state, Func<FolderState, uint> recentFrom, int level)
    {
        var root = new SnapshotRoot
        {
            Account = state.Account,
            ModSeq = state.ModSeq.Value,
            LastUidValidity = state.LastUidValidity,
            Changes = state.Changes,
            Quota = QuotaCodec.ToStored(state.Quota),
            Level = level,
        };
        foreach (var (name, id) in state.Names)
        {
            var folder = state.Folders[id];
            root.Folders.Add(new SnapshotFolder
            {
                Folder = id.Value.ToStored(),
                Name = name.Value,
                SpecialUse = (int)folder.Use,
                RecentFrom = recentFrom(folder),
            });
        }

        root.Subscriptions.AddRange(state.Subscriptions.Select(name => name.Value));
        root.Provisioned.AddRange(state.Provisioned.Names.Order(StringComparer.Ordinal));
        foreach (var (body, references) in state.SharedBodies)
            root.SharedBodies.Add(new SharedBody { Body = body.Value, References = references });
        ScriptSnapshot.WriteRoot(state.Scripts, root);
        AnnotationSnapshot.WriteRoot(state.Annotations, root);
        root.Marks.AddRange(state.Marks.InOrder().Select(DeliveryEventCodec.ToStored));
        root.Outbox.AddRange(state.Outbox.Values.OrderBy(entry => entry.Id.Value).Select(DeliveryEventCodec.ToStored));
        root.ScriptTasks.AddRange(state.ScriptTasks.Select(ScriptTaskCodec.ToStored));
        return StoredResults.Append(root, state.Recent);
    }

    private static MailboxState ReadState(
        SnapshotRoot root, Dictionary<string, Dictionary<string, ReadOnlyMemory<byte>>> parts, Action<FolderId, uint> recentFrom)
    {
        var folders = ImmutableDictionary.CreateBuilder<FolderId, FolderState>();
        var names = ImmutableSortedDictionary.CreateBuilder<FolderName, FolderId>();
        foreach (var stored in root.Folders)
        {
            var id = stored.Folder.ToFolderId();
            if (!parts.TryGetValue(PartName(id), out var indexParts))
                throw new InvalidDataException($"The snapshot has no index of folder {id}.");
            var index = FolderIndexCodec.Read(indexParts);
            if (index.Id != id)
                throw new InvalidDataException($"The snapshot has the index of {index.Id} in the place of {id}.");
            var name = stored.Name.ToFolderName();
            folders.Add(id, new FolderState(name, (SpecialUse)stored.SpecialUse, index));
            names.Add(name, id);
            recentFrom(id, stored.RecentFrom);
        }

        var recent = RecentResults.Empty;
        foreach (var stored in root.Results)
        {
            if (ResultCodec.FromStored(stored.Result) is { } result)
                recent = recent.Add(new CommandId(stored.CommandId.ToGuid()), DateTimeOffset.FromUnixTimeMilliseconds(stored.TimeMs), result);
        }

        return new MailboxState
        {
            Account = root.Account,
            ModSeq = new ModSeq(root.ModSeq),
            LastUidValidity = root.LastUidValidity,
            Changes = root.Changes,
            Folders = folders.ToImmutable(),
            Messages = folders.Values.Sum(folder => (long)folder.Index.Exists),
            Size = folders.Values.Sum(folder => folder.Index.Size),
            Names = names.ToImmutable(),
            Subscriptions = [.. root.Subscriptions.Select(name => name.ToFolderName())],
            Provisioned = ProvisionedNames.Of(root.Provisioned),
            SharedBodies = root.SharedBodies.ToImmutableDictionary(entry => new BodyRef(entry.Body), entry => entry.References),
            Scripts = ScriptSnapshot.Read(root, PartOf),
            Annotations = AnnotationSnapshot.Read(root, PartOf),
            Recent = recent,
            Marks = DeliveryMarks.Empty.With(root.Marks.Select(DeliveryEventCodec.FromStored), DateTimeOffset.UnixEpoch),
            Outbox = root.Outbox.Select(DeliveryEventCodec.FromStored).ToImmutableDictionary(entry => entry.Id),
            Quota = root.Quota.ToAccountQuota(),
            ScriptTasks = [.. root.ScriptTasks.Select(ScriptTaskCodec.FromStored)],
        };

        ReadOnlyMemory<byte>? PartOf(string name) => parts.TryGetValue(name, out var part) ? part[""] : (ReadOnlyMemory<byte>?)null;
    }
}
