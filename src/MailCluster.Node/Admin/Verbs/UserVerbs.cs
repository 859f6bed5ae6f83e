using System.Text;
using MailCluster.Auth.Users;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>user add</c>.</summary>
internal sealed class UserAddVerb(IUserStore store, ILogger<UserAddVerb> log)
    : AdminVerb<UserAddRequest>("user/add", AdminJson.Default.UserAddRequest)
{
    protected override async Task RunAsync(UserAddRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var account = UserWords.NewAccount(request.User);
        UserChange change;
        try
        {
            change = await store.AddAsync(account, UserWords.Password(request.Password), request.Scheme, request.Fields, cancellationToken);
        }
        catch (ArgumentException error)
        {
            throw new AdminException(AdminExit.Usage, error.Message, error);
        }
        if (change == UserChange.Exists) throw new AdminException(
            AdminExit.NotPossible, $"the user {account} exists already; mailctl user passwd changes the password");
        AdminLog.AccountChanged(log, account, "added");
        await rows.WriteAsync(new ChangeRow(account, "added"), AdminJson.Default.ChangeRow, cancellationToken);
    }
}

/// <summary><c>user list</c>.</summary>
internal sealed class UserListVerb(IUserDirectory users) : AdminVerb<UserListRequest>("user/list", AdminJson.Default.UserListRequest)
{
    protected override async Task RunAsync(UserListRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        await foreach (var user in users.ListUsersAsync(request.Pattern, cancellationToken))
            await rows.WriteAsync(
                new UserRow(user.Account, user.IsLoginDisabled, user.Fields), AdminJson.Default.UserRow, cancellationToken);
        if (!rows.HasBegun && request.Pattern is { } pattern) throw new AdminException(AdminExit.NoUser, $"no user matches {pattern}");
    }
}

/// <summary><c>user passwd</c>.</summary>
internal sealed class UserPasswdVerb(IUserStore store, ILogger<UserPasswdVerb> log) : AdminVerb<UserPasswdRequest>(
    "user/passwd", AdminJson.Default.UserPasswdRequest)
{
    protected override async Task RunAsync(UserPasswdRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var account = UserWords.NewAccount(request.User);
        if (await store.SetPasswordAsync(
            account, UserWords.Password(request.Password), request.Scheme, cancellationToken) == UserChange.NotFound)
            throw new AdminException(AdminExit.NoUser, $"there is no user {account}");
        AdminLog.AccountChanged(log, account, "password changed");
        await rows.WriteAsync(new ChangeRow(account, "password changed"), AdminJson.Default.ChangeRow, cancellationToken);
    }
}

/// <summary>
/// <c>user delete</c>: first the account goes, so that nobody logs in and nothing is delivered any more; then its sessions end; then, if
/// asked, its
/// mail is purged. A crash in between leaves mail without an account, which the same command with <c>--purge</c> or adding the user again
/// takes up.
/// </summary>
internal sealed class UserDeleteVerb(
    IUserStore store, ISessionRegistry sessions, AccountSelection accounts, ILogger<UserDeleteVerb> log)
    : AdminVerb<UserDeleteRequest>("user/delete", AdminJson.Default.UserDeleteRequest)
{
    protected override async Task RunAsync(UserDeleteRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var account = UserWords.NewAccount(request.User);
        var found = await store.DeleteAsync(account, cancellationToken) == UserChange.Done;
        if (!found && !request.Purge) throw new AdminException(AdminExit.NoUser, $"there is no user {account}");
        if (found) AdminLog.AccountChanged(log, account, "deleted");
        var id = AccountId.Create(account);
        var kicked = sessions.Kick(id);
        if (kicked > 0) AdminLog.Kicked(log, account, kicked);
        if (request.Purge)
        {
            await accounts.SendAsync(id, new PurgeAccount(), cancellationToken);
            AdminLog.AccountChanged(log, account, "mail purged");
        }
        await rows.WriteAsync(
            new ChangeRow(account, !request.Purge ? "deleted, mail kept" : found ? "deleted, mail purged" : "was no user, mail purged"),
            AdminJson.Default.ChangeRow,
            cancellationToken);
    }
}

/// <summary>What an operator writes about users, checked.</summary>
internal static class UserWords
{
    /// <summary>Longest password in octets; SASL takes no longer one.</summary>
    private const int PasswordOctetsMax = Auth.Sasl.SaslLimits.PasswordOctetsMax;

    public static string NewAccount(string name) =>
        UserName.TryParse(name, out var account, out var problem)
            ? account
            : throw new AdminException(AdminExit.Usage, $"the user name {problem}");

    public static byte[] Password(string password)
    {
        if (password.Length == 0) throw new AdminException(AdminExit.Usage, "the password is empty");
        if (password.Contains('\0', StringComparison.Ordinal)) throw new AdminException(AdminExit.Usage, "a password cannot contain NUL");
        var octets = Encoding.UTF8.GetBytes(password);
        return octets.Length <= PasswordOctetsMax
            ? octets
            : throw new AdminException(AdminExit.Usage, $"the password is longer than {PasswordOctetsMax} octets");
    }
}
