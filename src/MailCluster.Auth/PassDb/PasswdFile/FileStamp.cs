using MailCluster.Auth.Native;

namespace MailCluster.Auth.PassDb.PasswdFile;

/// <summary>
/// What tells one state of a file from another without reading it. The inode changes when an editor replaces the file, the change time
/// (which no program can set) when it is written in place; on systems without statx the modification time has to do.
/// </summary>
internal readonly record struct FileStamp(bool Exists, long Octets, DateTime ModifiedUtc, ulong Inode, long ChangedNs)
{
    public static FileStamp Of(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists) return default;
        _ = LibC.TryGetIdentity(path, out var inode, out var changedNs);
        return new FileStamp(true, info.Length, info.LastWriteTimeUtc, inode, changedNs);
    }
}
