using System.Collections.Immutable;
using Google.Protobuf;
using MailCluster.Mailboxes.Stored;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>
/// Scripts in a snapshot: the root names each with its hash, and each content is a part of its own, <c>s/&lt;hash&gt;</c>. A content never changes under its
/// name, so it is written once, however often the root is; two scripts of the same content share it.
/// </summary>
internal static class ScriptSnapshot
{
    public static void Write(ScriptSet scripts, ScriptSet? last, List<SnapshotPart> changed, List<string> removed)
    {
        if (ReferenceEquals(scripts.Scripts, last?.Scripts))
            return;
        var now = Contents(scripts);
        var before = last is null ? [] : Contents(last);
        foreach (var (hash, content) in now)
        {
            if (!before.ContainsKey(hash))
                changed.Add(new SnapshotPart(PartName(hash), content.AsMemory()));
        }

        foreach (var hash in before.Keys)
        {
            if (!now.ContainsKey(hash))
                removed.Add(PartName(hash));
        }
    }

    public static void WriteRoot(ScriptSet scripts, SnapshotRoot root)
    {
        foreach (var (name, script) in scripts.Scripts)
        {
            root.Scripts.Add(new SnapshotScript { Name = name.Value, Hash = script.Hash.ToStored(), ChangedAt = script.ChangedAt });
        }

        root.ActiveScript = scripts.Active?.Value ?? "";
    }

    /// <exception cref="InvalidDataException">A content is missing or damaged, or the active script is.</exception>
    public static ScriptSet Read(SnapshotRoot root, Func<string, ReadOnlyMemory<byte>?> partOf)
    {
        var scripts = ScriptSet.Empty;
        var contents = new Dictionary<ScriptHash, ImmutableArray<byte>>();
        foreach (var stored in root.Scripts)
        {
            var hash = stored.Hash.ToScriptHash();
            if (!contents.TryGetValue(hash, out var content))
                contents.Add(hash, content = ReadContent(hash, partOf(PartName(hash))));
            scripts = scripts.Put(stored.Name.ToScriptName(), new StoredScript(content, hash, stored.ChangedAt));
        }

        var active = root.ActiveScript.ToOptionalScriptName();
        return active is { } name && scripts.Find(name) is null
            ? throw new InvalidDataException($"The snapshot has no script '{name}', which is to be the active one.")
            : scripts.Activate(active);
    }

    private static ImmutableArray<byte> ReadContent(ScriptHash hash, ReadOnlyMemory<byte>? part)
    {
        if (part is not { } bytes)
            throw new InvalidDataException($"The snapshot has no content of script {hash}.");
        return ScriptHash.Of(bytes.Span) == hash
            ? ImmutableArray.Create(bytes.Span)
            : throw new InvalidDataException($"The snapshot's content of script {hash} is damaged.");
    }

    private static Dictionary<ScriptHash, ImmutableArray<byte>> Contents(ScriptSet scripts)
    {
        var contents = new Dictionary<ScriptHash, ImmutableArray<byte>>(scripts.Count);
        foreach (var script in scripts.Scripts.Values)
            contents[script.Hash] = script.Content;
        return contents;
    }

    private static string PartName(ScriptHash hash) => $"s/{hash}";
}
