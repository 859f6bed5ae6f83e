using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// All names of an account as LIST sees them: the folders, the levels above them that are no folders, and subscribed names, in order.
/// </summary>
internal sealed class FolderTree
{
    private readonly List<FolderTreeNode> _nodes;

    public FolderTree(FolderList list)
    {
        _nodes = Merge(list);
        if (_nodes.Exists(static node => node.Name.Value.Contains(FolderName.Separator)))
            MarkLevels();
    }

    /// <summary>In the order of the names.</summary>
    public IReadOnlyList<FolderTreeNode> Nodes => _nodes;

    // Both are in the order of the names.
    private static List<FolderTreeNode> Merge(FolderList list)
    {
        var (folders, subscriptions) = (list.Folders, list.Subscriptions);
        var nodes = new List<FolderTreeNode>(folders.Length + subscriptions.Length);
        for (int f = 0, s = 0; f < folders.Length || s < subscriptions.Length;)
        {
            var order = f == folders.Length ? 1 : s == subscriptions.Length ? -1 : folders[f].Name.CompareTo(subscriptions[s]);
            var node = order <= 0 ? new FolderTreeNode(folders[f].Name) { Folder = folders[f++] } : new FolderTreeNode(subscriptions[s]);
            if (order >= 0)
            {
                node.IsSubscribed = true;
                s++;
            }

            nodes.Add(node);
        }

        return nodes;
    }

    private void MarkLevels()
    {
        var byName = _nodes.ToDictionary(static node => node.Name);
        var named = _nodes.Count;
        for (var i = 0; i < named; i++)
        {
            var node = _nodes[i];
            for (var parent = node.Name.Parent; parent is { } name; parent = name.Parent)
            {
                if (!byName.TryGetValue(name, out var above))
                {
                    byName.Add(name, above = new FolderTreeNode(name));
                    _nodes.Add(above);
                }

                above.HasChildren |= node.Folder is not null;
                above.HasSubscribedChild |= node.IsSubscribed;
                above.HasSpecialChild |= node.Folder is { Use: not SpecialUse.None };
            }
        }

        if (_nodes.Count > named)
            _nodes.Sort(static (a, b) => a.Name.CompareTo(b.Name));
    }
}

/// <summary>One name.</summary>
internal sealed class FolderTreeNode(FolderName name)
{
    public FolderName Name { get; } = name;

    /// <summary>The folder, or null if there is none of this name.</summary>
    public FolderInfo? Folder { get; set; }

    public bool IsSubscribed { get; set; }

    /// <summary>A folder is somewhere under it.</summary>
    public bool HasChildren { get; set; }

    public bool HasSubscribedChild { get; set; }

    public bool HasSpecialChild { get; set; }

    /// <summary>Exists, or is a level above something that does.</summary>
    public bool IsInTree => Folder is not null || HasChildren;
}
