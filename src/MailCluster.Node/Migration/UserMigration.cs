using MailCluster.Auth.Users;

namespace MailCluster.Node.Migration;

/// <summary>Takes the accounts of a passwd-file, with their stored passwords and fields, into the account table. One that is there already is left as it is.</summary>
internal sealed class UserMigration(IAccountTable target, MigrationProgress progress)
{
    /// <returns>How many lines could not be taken.</returns>
    public async Task<int> RunAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            progress.Say($"there is no user file {file}; only mail was moved");
            return 0;
        }
        var failed = 0;
        var added = 0;
        foreach (var account in PasswdFileAccounts.Read(file, (line, problem) =>
        {
            progress.Say($"{file}:{line}: {problem}");
            failed++;
        }))
        {
            if (await target.AddAsync(account, cancellationToken))
            {
                added++;
            }
            else if (!IsSame(account, (await target.FindAsync(account.Account, 0, cancellationToken)).Account))
            {
                progress.Say($"{account.Account}: {target.Location} has this user with another password or other fields, which stay");
            }
        }
        progress.Say($"{added} users added to {target.Location}");
        return failed;
    }

    private static bool IsSame(StoredAccount account, StoredAccount? other) =>
        other is not null && other.Password == account.Password && other.Fields.Count == account.Fields.Count
        && account.Fields.All(field => other.Fields.TryGetValue(field.Key, out var value) && value == field.Value);
}
