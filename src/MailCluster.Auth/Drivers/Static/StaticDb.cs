using System.Runtime.CompilerServices;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Templates;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers.Static;

/// <summary>Everybody exists, with one password or none, and the configured fields.</summary>
internal sealed class StaticDb(StaticOptions options, PasswordHashing hashing, ILogger<StaticDb> logger)
    : StoredPassDb(hashing, logger, defaultScheme: null), IUserDb
{
    private readonly FieldTemplates _fields = new(options.Fields.ToDictionary());

    public override string Name => "static";

    public override PassDbCapabilities Capabilities =>
        options.Password is null ? PassDbCapabilities.Password : PassDbCapabilities.Password | PassDbCapabilities.Credentials;

    public bool CanList => false;

    public ValueTask<UserDbResult> FindAsync(UserDbQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new UserDbResult(UserDbStatus.Found, new UserInfo(query.Account, _fields.Expand(AuthVariables.Of(query)))));

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        if (!cancellationToken.IsCancellationRequested) throw new UserDirectoryException("a static database has no list of users");
        yield break;
    }

    protected override ValueTask<StoredUser?> FindAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        var fields = _fields.Expand(AuthVariables.Of(query));
        if (options.Password is null) fields[CredentialCheck.NoPassword] = "";
        return ValueTask.FromResult<StoredUser?>(new StoredUser(new UserInfo(query.Account, fields), options.Password));
    }
}
