using System.Collections.Concurrent;

namespace MailCluster.Auth.Users;

/// <summary>The table in memory, for tests and examples; gone with the process.</summary>
public sealed class InMemoryAccountTable : IAccountTable
{
    private readonly ConcurrentDictionary<string, StoredAccount> _accounts = new(StringComparer.Ordinal);

    /// <summary>When true every question fails, as with a database that is gone.</summary>
    public bool Unavailable { get; set; }

    public string Location => "memory";

    public ValueTask<AccountLookup> FindAsync(string account, long standIn, CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        var open = _accounts.Values.Where(static stored => stored.HasPassword).OrderBy(static stored => stored.Account, StringComparer.Ordinal).ToArray();
        return ValueTask.FromResult(new AccountLookup(
            _accounts.GetValueOrDefault(account), open.Length == 0 ? null : open[(ulong)standIn % (ulong)open.Length].Password));
    }

    public async IAsyncEnumerable<StoredAccount> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        ThrowIfUnavailable();
        foreach (var account in _accounts.Values.OrderBy(static stored => stored.Account, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return account;
        }
    }

    public ValueTask<bool> AddAsync(StoredAccount account, CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        return ValueTask.FromResult(_accounts.TryAdd(account.Account, account));
    }

    public ValueTask<bool> SetPasswordAsync(string account, string password, CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        while (_accounts.TryGetValue(account, out var stored))
        {
            if (_accounts.TryUpdate(account, stored with { Password = password }, stored))
                return ValueTask.FromResult(true);
        }

        return ValueTask.FromResult(false);
    }

    public ValueTask<bool> DeleteAsync(string account, CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        return ValueTask.FromResult(_accounts.TryRemove(account, out _));
    }

    private void ThrowIfUnavailable()
    {
        if (Unavailable) throw new UserDirectoryException("the table is switched off");
    }
}
