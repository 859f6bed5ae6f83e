using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// All names of an account as LIST sees them: the folders, the levels above them that are no folders, and subscribed names, in order.
/// </summary>
internal sealed class FolderTree
{
    private readonly SortedDictionary<FolderName, FolderTreeNode> _nodes = [];

    public FolderTree(FolderList list)
    {
        foreach (var folder in list.Folders)
            Node(folder.Name).Folder = folder;
        foreach (var name in list.Subscriptions)
            Node(name).IsSubscribed = true;
        foreach (var node in _nodes.Values.ToList())
        {
            for (var parent = node.Name.Parent; parent is { } name; parent = name.Parent)
            {
                var above = Node(name);
                above.HasChildren |= node.Folder is not null;
                above.HasSubscribedChild |= node.IsSubscribed;
                above.HasSpecialChild |= node.Folder is { Use: not SpecialUse.None };
            }
        }
    }

    public IEnumerable<FolderTreeNode> Nodes => _nodes.Values;

    private FolderTreeNode Node(FolderName name)
    {
        if (!_nodes.TryGetValue(name, out var node))
            _nodes.Add(name, node = new FolderTreeNode(name));
        return node;
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
