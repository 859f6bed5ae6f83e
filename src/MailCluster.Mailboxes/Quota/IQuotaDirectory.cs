namespace MailCluster.Mailboxes;

/// <summary>What the user database says about an account's quota. Asked by the account's actor, which waits for nothing: it goes on with what it knew.</summary>
public interface IQuotaDirectory
{
    /// <summary>The rules of one account; <see cref="QuotaRules.None"/> when it has none, null when the account is not in the database (any more).</summary>
    /// <exception cref="QuotaDirectoryUnavailableException">The database cannot answer now, or what it says makes no sense: what was known stays.</exception>
    ValueTask<QuotaRules?> FindAsync(AccountId account, CancellationToken cancellationToken);
}

/// <summary>The user database cannot say what an account's quota is. The message is for the operator.</summary>
public sealed class QuotaDirectoryUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Told when an account crosses a threshold; must return at once.</summary>
public interface IQuotaWatcher
{
    /// <summary>
    /// After a change the account's level is not the one that was last marked. Told again with each further change until <see cref="MarkQuotaLevel"/> says that it has been
    /// dealt with: a crash in between forgets nothing.
    /// </summary>
    void OnLevel(QuotaLevel level);
}

/// <summary>An account's level, and the one of which its user was told.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Marked">The threshold last dealt with, per cent; 0 for none.</param>
/// <param name="Reached">The greatest threshold that is reached now; 0 for none.</param>
/// <param name="Usage">How full the account is.</param>
public sealed record QuotaLevel(AccountId Account, int Marked, int Reached, QuotaInfo Usage);
