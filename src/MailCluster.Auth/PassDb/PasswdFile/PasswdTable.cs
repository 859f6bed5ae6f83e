namespace MailCluster.Auth.PassDb.PasswdFile;

/// <summary>The accounts of one state of the file. Immutable: readers take it by one reference.</summary>
internal sealed class PasswdTable(FileStamp stamp, Dictionary<string, PasswdEntry> entries, string[] accounts)
{
    public static PasswdTable Empty { get; } = new(default, [], []);

    public FileStamp Stamp => stamp;

    /// <summary>The canonical ids in ordinal order.</summary>
    public IReadOnlyList<string> Accounts => accounts;

    public PasswdEntry? Find(string account) => entries.GetValueOrDefault(account);

    /// <summary>
    /// A stored password to spend an unknown user's time on: always the same one for a name, from among the real ones, so that the time
    /// tells nothing even when the file mixes schemes.
    /// </summary>
    public string? StandInFor(uint hash)
    {
        if (accounts.Length == 0) return null;
        var entry = entries[accounts[hash % (uint)accounts.Length]];
        return entry.HasPassword ? entry.Password : null;
    }

    /// <summary>
    /// Reads the lines of a file; what makes no sense is reported by line number and skipped, so that one typing error does not lock
    /// everyone out.
    /// </summary>
    public static PasswdTable Read(FileStamp stamp, IEnumerable<string> lines, Action<int, string> report)
    {
        var entries = new Dictionary<string, PasswdEntry>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (!PasswdEntry.TryParse(line, out var entry, out var error))
            {
                if (error is not null) report(number, error);
            }
            else if (!entries.TryAdd(entry!.User.Account, entry))
            {
                report(number, $"{entry.User.Account} is there already; the first line counts");
            }
        }
        string[] accounts = [.. entries.Keys];
        Array.Sort(accounts, StringComparer.Ordinal);
        return new PasswdTable(stamp, entries, accounts);
    }
}
