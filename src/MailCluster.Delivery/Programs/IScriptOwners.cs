using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Programs;

/// <summary>What the user databases say about the owner of scripts, for programs and lists.</summary>
public interface IScriptOwners
{
    /// <summary>The fields by their Dovecot names, without <c>userdb_</c>; empty for an account that the databases do not have.</summary>
    /// <exception cref="SieveHostUnavailableException">They cannot be asked now.</exception>
    ValueTask<IReadOnlyDictionary<string, string>> FieldsAsync(AccountId account, CancellationToken cancellationToken);
}

/// <summary>No databases: nobody has fields.</summary>
public sealed class NoScriptOwners : IScriptOwners
{
    public ValueTask<IReadOnlyDictionary<string, string>> FieldsAsync(AccountId account, CancellationToken cancellationToken) =>
        new(System.Collections.Frozen.FrozenDictionary<string, string>.Empty);
}
