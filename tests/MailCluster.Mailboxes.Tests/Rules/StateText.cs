using System.Text;

namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>A state written out in full, so that two states can be compared and a difference can be read.</summary>
internal static class StateText
{
    public static string Of(MailboxState state, bool withReleased = true)
    {
        var text = new StringBuilder();
        text.AppendLine($"{state.Account} modseq={state.ModSeq} uidvalidity={state.LastUidValidity} changes={state.Changes}");
        text.AppendLine($"messages={state.Messages} size={state.Size}");
        foreach (var id in state.Names.Values)
        {
            var folder = state.Folders[id];
            var index = folder.Index;
            text.AppendLine($"{folder.Name} {id} {folder.Use} v={index.Version}");
            Write(text, index);
        }

        text.AppendLine("subscribed " + string.Join(' ', state.Subscriptions));
        text.AppendLine("provisioned " + string.Join(' ', state.Provisioned.Names.Order()));
        text.AppendLine("shared " + string.Join(' ', state.SharedBodies.OrderBy(e => e.Key.Value).Select(e => $"{e.Key}={e.Value}")));
        text.AppendLine("recent " + string.Join(' ', state.Recent.InOrder().Select(e => $"{e.Id.Value}={e.Result}")));
        Write(text, state.Scripts);
        Write(text, state.Annotations);
        text.AppendLine("marks " + string.Join(' ', state.Marks.InOrder()));
        foreach (var entry in state.Outbox.Values.OrderBy(entry => entry.Id.Value))
            text.AppendLine($"outbox {entry}");
        text.AppendLine($"quota {state.Quota.Set} {state.Quota.Heard} {state.Quota.MarkedLevel}");
        text.AppendLine("quota of folders " + string.Join(' ', (state.Quota.Heard?.Folders ?? []).Concat(state.Quota.Set.Folders)));
        foreach (var task in state.ScriptTasks)
            text.AppendLine($"script {task} {string.Join(' ', task.ChangedFlags)}");
        if (withReleased)
            text.AppendLine("released " + string.Join(' ', state.Released));
        return text.ToString();
    }

    /// <summary>Everything a session can see of a folder.</summary>
    public static string Of(FolderIndex index)
    {
        var text = new StringBuilder();
        Write(text, index);
        return text.ToString();
    }

    private static void Write(StringBuilder text, ScriptSet scripts)
    {
        text.AppendLine($"scripts count={scripts.Count} size={scripts.Size} active={scripts.Active}");
        foreach (var (name, script) in scripts.Scripts)
            text.AppendLine($"  {name} {script.Hash} {script.ChangedAt} {Convert.ToHexString(script.Content.AsSpan())}");
    }

    private static void Write(StringBuilder text, AccountAnnotations annotations)
    {
        text.AppendLine($"annotations size={annotations.Size} memory={annotations.MemoryBytes}");
        foreach (var entry in annotations.Server.Entries)
            text.AppendLine($"  server {entry.Entry} {Convert.ToHexString(entry.Value.AsSpan())}");
        foreach (var (folder, set) in annotations.Folders.OrderBy(entry => entry.Key.Value))
        {
            foreach (var entry in set.Entries)
                text.AppendLine($"  {folder} {entry.Entry} {Convert.ToHexString(entry.Value.AsSpan())}");
        }
    }

    private static void Write(StringBuilder text, FolderIndex index)
    {
        text.AppendLine($"  {index.Id} {index.UidValidity} next={index.UidNext} created={index.CreatedModSeq} highest={index.HighestModSeq}");
        text.AppendLine($"  exists={index.Exists} unseen={index.Unseen} deleted={index.Deleted} size={index.Size}");
        for (var i = 0; i < index.Exists; i++)
        {
            var row = index.RowAt(i);
            text.AppendLine($"  {row with { KeywordSet = 0 }} {string.Join(' ', index.Keywords[row.KeywordSet])}");
        }

        text.AppendLine($"  vanished={index.VanishedSince(new ModSeq(0))}");
    }
}
