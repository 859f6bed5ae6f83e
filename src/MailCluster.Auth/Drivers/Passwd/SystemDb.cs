using System.Globalization;
using System.Runtime.CompilerServices;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers.Passwd;

/// <summary>
/// The machine's users, by name service and shadow file. Their passwords are crypt's; an account past its expiry date is refused. PAM does
/// more (policies, other directories) and needs no access to the shadow file.
/// </summary>
internal sealed class SystemDb : StoredPassDb, IUserDb, IDisposable
{
    private const string InShadow = "x";
    private const string ExpiresOn = "shadow_expires_on";

    private readonly SystemOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SystemDb> _logger;
    private readonly BlockingCalls _calls;

    /// <exception cref="ArgumentException">This is not Linux.</exception>
    public SystemDb(SystemOptions options, PasswordHashing hashing, TimeProvider time, ILogger<SystemDb> logger)
        : base(hashing, logger, defaultScheme: "CRYPT")
    {
        if (!OperatingSystem.IsLinux()) throw new ArgumentException("the driver passwd needs Linux");
        _options = options;
        _time = time;
        _logger = logger;
        _calls = new BlockingCalls("name service", options.ConnectionsMax, waitingMax: 1024, options.Timeout, time);
    }

    public override string Name => "passwd";

    public bool CanList => true;

    public async ValueTask<UserDbResult> FindAsync(UserDbQuery query, CancellationToken cancellationToken)
    {
        try
        {
            var user = await _calls.RunAsync(() => LibNss.FindUser(query.Account), cancellationToken);
            return user is not null && IsCounted(user)
                ? new UserDbResult(UserDbStatus.Found, new UserInfo(query.Account, FieldsOf(user)))
                : UserDbResult.UnknownUser;
        }
        catch (DatabaseException e)
        {
            DatabaseLog.Unavailable(_logger, Name, e.Message);
            return new UserDbResult(UserDbStatus.InternalFailure, Problem: $"passwd: {e.Message}");
        }
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<SystemUser> users;
        try
        {
            users = await _calls.RunAsync(LibNss.ListUsers, cancellationToken);
        }
        catch (DatabaseException e)
        {
            DatabaseLog.Unavailable(_logger, Name, e.Message);
            throw new UserDirectoryException($"passwd: {e.Message}", e);
        }

        var names = new ListedNames(Name, _logger);
        foreach (var user in users.Where(IsCounted))
        {
            if (names.Take(user.Name) is { } account) yield return account;
        }

        names.Report();
    }

    public void Dispose() => _calls.Dispose();

    protected override async ValueTask<StoredUser?> FindAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        var (user, shadow) = await _calls.RunAsync(
            () => LibNss.FindUser(query.Account) is { } found && IsCounted(found)
                ? (found, found.Password == InShadow ? LibNss.FindShadow(query.Account) : null)
                : (null, null),
            cancellationToken);
        if (user is null) return null;
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (shadow is { ExpiresOn: >= 0 }) fields[ExpiresOn] = shadow.ExpiresOn.ToString(CultureInfo.InvariantCulture);
        return new StoredUser(new UserInfo(query.Account, fields), user.Password == InShadow ? shadow?.Password : user.Password);
    }

    protected override PassDbResult? Judge(StoredUser user)
    {
        if (!user.User.Fields.TryGetValue(ExpiresOn, out var text)) return null;
        var today = (long)Math.Floor((_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalDays);
        return today < long.Parse(text, CultureInfo.InvariantCulture)
            ? null
            : new PassDbResult(PassDbStatus.Refused) { Reason = "expired", ClientText = "Your account has expired." };
    }

    private bool IsCounted(SystemUser user) => user.Uid >= _options.FirstUid && user.Uid <= _options.LastUid;

    private static Dictionary<string, string> FieldsOf(SystemUser user) => new(StringComparer.Ordinal)
    {
        ["uid"] = user.Uid.ToString(CultureInfo.InvariantCulture),
        ["gid"] = user.Gid.ToString(CultureInfo.InvariantCulture),
        ["home"] = user.Home,
        ["system_groups_user"] = user.Name,
    };
}
