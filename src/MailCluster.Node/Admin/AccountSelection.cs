using System.Runtime.CompilerServices;
using MailCluster.Auth.Users;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Admin;

/// <summary>Which accounts <c>-u</c> means, and the running of one piece of work for each.</summary>
internal sealed class AccountSelection(IUserDirectory users, IMailboxClient mailboxes, TimeProvider time)
{
    /// <summary>The accounts of a name or a pattern, in order.</summary>
    /// <exception cref="AdminException">There is none.</exception>
    public async IAsyncEnumerable<AccountId> FindAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!UserPattern.HasWildcard(name))
        {
            yield return await OneAsync(name, cancellationToken);
            yield break;
        }
        var any = false;
        await foreach (var user in users.ListUsersAsync(name, cancellationToken))
        {
            any = true;
            yield return AccountId.Create(user.Account);
        }
        if (!any) throw new AdminException(AdminExit.NoUser, $"no user matches {name}");
    }

    /// <summary>The one account of that name.</summary>
    /// <exception cref="AdminException">There is none, or it is a pattern.</exception>
    public async ValueTask<AccountId> OneAsync(string name, CancellationToken cancellationToken)
    {
        if (UserPattern.HasWildcard(name)) throw new AdminException(AdminExit.Usage, "this needs one user, not a pattern");
        if (!UserName.TryParse(name, out _, out var problem)) throw new AdminException(AdminExit.Usage, $"the user name {problem}");
        var user = await users.FindUserAsync(name, cancellationToken)
            ?? throw new AdminException(AdminExit.NoUser, $"there is no user {name}");
        return AccountId.Create(user.Account);
    }

    /// <summary>
    /// Runs the work for each account of a name or pattern. With a pattern, an account that fails becomes an error line and the others go
    /// on; with a single name the failure is the verb's.
    /// </summary>
    public async Task ForEachAsync(string name, RowStream rows, Func<AccountId, Task> work, CancellationToken cancellationToken)
    {
        var isPattern = UserPattern.HasWildcard(name);
        await foreach (var account in FindAsync(name, cancellationToken))
        {
            try
            {
                await work(account);
            }
            catch (Exception error) when (isPattern && AdminException.From(error) is not null)
            {
                await rows.WriteErrorAsync(AdminException.From(error)!, account.Value, cancellationToken);
            }
        }
    }

    public ValueTask<TResult> SendAsync<TResult>(AccountId account, MailboxCommand<TResult> command, CancellationToken cancellationToken)
    {
        var context = command is MailboxQuery<TResult>
            ? CommandContext.None
            : new CommandContext(CommandId.New(time), Session: "", Protocol: "admin", ClientAddress: "");
        return mailboxes.SendAsync(account, command, context, cancellationToken);
    }

    /// <summary>A folder name as an operator writes it.</summary>
    /// <exception cref="AdminException">It cannot be one.</exception>
    public static FolderName Folder(string name) =>
        FolderName.TryCreate(name, out var folder, out var problem)
            ? folder
            : throw new AdminException(AdminExit.Usage, $"{name}: {problem}");
}
