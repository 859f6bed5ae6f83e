using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.PassDb.Table;

/// <summary>
/// The built-in accounts of a cluster, in an <see cref="IAccountTable"/>. Nothing is remembered between questions but slow hashes that matched (by their
/// stored text, so that a changed password ends them): a change on one node counts on all at once. A table that cannot be asked is a failure,
/// never an unknown user.
/// </summary>
internal sealed partial class TablePassDb(IAccountTable table, PasswordHashing hashing, ILogger<TablePassDb> logger) : IPassDb, IUserDirectory, IUserStore
{
    private readonly byte[] _standInKey = RandomNumberGenerator.GetBytes(16);

    public string Name => "database";

    public PassDbCapabilities Capabilities => PassDbCapabilities.Password | PassDbCapabilities.Credentials;

    public string Location => table.Location;

    public ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        AnswerAsync(
            query,
            (stored, standIn) => CredentialCheck.VerifyAsync(
                hashing, query, Describe(stored), stored.Password, standIn, password, cancellationToken),
            cancellationToken);

    public ValueTask<PassDbResult> LookupCredentialsAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        AnswerAsync(
            query,
            (stored, standIn) => ValueTask.FromResult(CredentialCheck.Credentials(query, Describe(stored), stored.Password, standIn)),
            cancellationToken);

    private async ValueTask<PassDbResult> AnswerAsync(
        PassDbQuery query, Func<StoredAccount, string?, ValueTask<PassDbResult>> answer, CancellationToken cancellationToken)
    {
        try
        {
            var found = await table.FindAsync(query.Account, StandIn(query.Account), cancellationToken);
            return found.Account is { } stored
                ? await answer(stored, found.StandIn)
                : new PassDbResult(PassDbStatus.UnknownUser, StandIn: found.StandIn);
        }
        catch (UserDirectoryException e)
        {
            LogUnavailable(table.Location, e.Message);
            return PassDbResult.InternalFailure;
        }
        catch (PasswordSchemeException e)
        {
            LogHashUnusable(table.Location, query.Account, e.Message);
            return PassDbResult.InternalFailure;
        }
    }

    public async ValueTask<UserInfo?> FindUserAsync(string username, CancellationToken cancellationToken)
    {
        if (!UserName.TryParse(username, out var account, out _)) return null;
        var found = await table.FindAsync(account, 0, cancellationToken);
        return found.Account is { } stored ? Describe(stored) : null;
    }

    public async IAsyncEnumerable<UserInfo> ListUsersAsync(string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var stored in table.ListAsync(cancellationToken))
        {
            if (pattern is null || UserPattern.Matches(pattern, stored.Account)) yield return Describe(stored);
        }
    }

    public async ValueTask<UserChange> AddAsync(
        string account, ReadOnlyMemory<byte> password, string? scheme, IReadOnlyDictionary<string, string>? fields,
        CancellationToken cancellationToken)
    {
        AccountFields.Check(account, fields);
        if ((await table.FindAsync(account, 0, cancellationToken)).Account is not null) return UserChange.Exists;
        var stored = await HashAsync(scheme, password, cancellationToken);
        return await table.AddAsync(new StoredAccount(account, stored, fields ?? new Dictionary<string, string>()), cancellationToken)
            ? UserChange.Done
            : UserChange.Exists;
    }

    public async ValueTask<UserChange> SetPasswordAsync(
        string account, ReadOnlyMemory<byte> password, string? scheme, CancellationToken cancellationToken)
    {
        AccountFields.Check(account, null);
        if ((await table.FindAsync(account, 0, cancellationToken)).Account is null) return UserChange.NotFound;
        var stored = await HashAsync(scheme, password, cancellationToken);
        return await table.SetPasswordAsync(account, stored, cancellationToken) ? UserChange.Done : UserChange.NotFound;
    }

    public async ValueTask<UserChange> DeleteAsync(string account, CancellationToken cancellationToken)
    {
        AccountFields.Check(account, null);
        return await table.DeleteAsync(account, cancellationToken) ? UserChange.Done : UserChange.NotFound;
    }

    private static UserInfo Describe(StoredAccount stored) => new(stored.Account, stored.Fields);

    private long StandIn(string account) => MemoryMarshal.Read<long>(HMACSHA256.HashData(_standInKey, Encoding.UTF8.GetBytes(account)));

    private async ValueTask<string> HashAsync(string? scheme, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        await hashing.HashAsync(scheme, password, cancellationToken)
        ?? throw new UserDirectoryException("too many password hashes are waiting; try again in a moment");

    [LoggerMessage(1690, LogLevel.Error, "The accounts in {Location} cannot be asked: {Reason}")]
    private partial void LogUnavailable(string location, string reason);

    [LoggerMessage(1691, LogLevel.Error, "The stored password of {Account} in {Location} cannot be checked: {Reason}")]
    private partial void LogHashUnusable(string location, string account, string reason);
}
