using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers;

/// <summary>A password database that finds stored passwords somewhere; what is done with them is the same for all.</summary>
internal abstract class StoredPassDb(PasswordHashing hashing, ILogger logger, string? defaultScheme) : IPassDb
{
    // The last stored password that was seen: what a wrong password for a real user costs here.
    private string? _standIn;

    public abstract string Name { get; }

    public virtual PassDbCapabilities Capabilities => PassDbCapabilities.Password | PassDbCapabilities.Credentials;

    public ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        GuardedAsync(query, password, isLookUp: false, cancellationToken);

    public ValueTask<PassDbResult> LookupCredentialsAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        GuardedAsync(query, default, isLookUp: true, cancellationToken);

    /// <summary>Finds a user; null when there is none.</summary>
    /// <param name="query">Who.</param>
    /// <param name="password">What the client sent, for queries that pass it on; empty in a look-up.</param>
    /// <param name="cancellationToken">Cancelled when the connection goes away.</param>
    /// <exception cref="DatabaseException">The database cannot answer.</exception>
    protected abstract ValueTask<StoredUser?> FindAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken);

    /// <summary>A rule of the database's own about the user who was found: an answer that ends the question, or null.</summary>
    protected virtual PassDbResult? Judge(StoredUser user) => null;

    private async ValueTask<PassDbResult> GuardedAsync(
        PassDbQuery query, ReadOnlyMemory<byte> password, bool isLookUp, CancellationToken cancellationToken)
    {
        try
        {
            var found = await FindAsync(query, password, cancellationToken);
            if (found is null) return new PassDbResult(PassDbStatus.UnknownUser, StandIn: _standIn);
            var stored = Marked(found.Password);
            if (CredentialCheck.IsOpen(stored)) _standIn = stored;
            var result = isLookUp
                ? CredentialCheck.Credentials(query, found.User, stored, _standIn)
                : await CredentialCheck.VerifyAsync(hashing, query, found.User, stored, _standIn, password, cancellationToken);
            return result.Status == PassDbStatus.Match && Judge(found) is { } judged ? judged : result;
        }
        catch (DatabaseException e)
        {
            DatabaseLog.Unavailable(logger, Name, e.Message);
            return e.IsBusy ? new PassDbResult(PassDbStatus.Busy) : PassDbResult.InternalFailure;
        }
        catch (PasswordSchemeException e)
        {
            DatabaseLog.HashUnusable(logger, Name, LogText.Escape(query.Account), e.Message);
            return PassDbResult.InternalFailure;
        }
    }

    // A password that begins with a brace names its scheme; another one has the database's. Plain text may begin with anything.
    private string? Marked(string? stored) =>
        string.IsNullOrEmpty(stored) || defaultScheme is null || stored.StartsWith('{') || (!CredentialCheck.IsOpen(stored) && !IsPlain(defaultScheme))
            ? stored
            : $"{{{defaultScheme}}}{stored}";

    private static bool IsPlain(string scheme) => scheme.ToUpperInvariant() is "PLAIN" or "CLEAR" or "CLEARTEXT";
}
