using MailCluster.Auth.PassDb.PasswdFile;

namespace MailCluster.Auth.Users;

/// <summary>The accounts of a passwd-file as they could be stored elsewhere: for taking them into an <see cref="IAccountTable"/>.</summary>
public static class PasswdFileAccounts
{
    /// <summary>Reads the file, in ordinal order of the names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="report">Told the number of each line that makes no sense, and why; such a line is left out.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<StoredAccount> Read(string path, Action<int, string> report)
    {
        var table = PasswdTable.Read(FileStamp.Of(path), File.ReadLines(path), report);
        return [.. table.Accounts.Select(account => table.Find(account)!).Select(entry => new StoredAccount(entry.User.Account, entry.Password, entry.User.Fields))];
    }
}
