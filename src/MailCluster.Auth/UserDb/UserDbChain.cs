using MailCluster.Auth.Chains;
using MailCluster.Auth.Templates;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.UserDb;

/// <summary>One user database of a chain.</summary>
/// <param name="Database">The driver.</param>
internal sealed record UserDbStep(IUserDb Database)
{
    public ChainRules Rules { get; init; } = ChainRules.Default;

    public ChainSkip SkipWhen { get; init; }

    /// <summary>Fields that the database's own win over.</summary>
    public FieldTemplates DefaultFields { get; init; } = FieldTemplates.None;

    /// <summary>Fields that win over the database's own.</summary>
    public FieldTemplates OverrideFields { get; init; } = FieldTemplates.None;

    /// <summary>How the database spells names, when not as accounts are called.</summary>
    public Template? UsernameFormat { get; init; }

    public async ValueTask<UserDbResult> AskAsync(UserDbQuery query, CancellationToken cancellationToken)
    {
        var asked = UsernameFormat is null ? query : query with { Account = UsernameFormat.Expand(AuthVariables.Of(query)) };
        var result = await Database.FindAsync(asked, cancellationToken);
        if (result.Status != UserDbStatus.Found) return result;
        var user = result.User!;
        if (UsernameFormat is not null && user.Account == asked.Account) user = user with { Account = query.Account };
        return result with { User = user with { Fields = Fields.Merged(DefaultFields, user.Fields, OverrideFields, AuthVariables.Of(query)) } };
    }
}

/// <summary>
/// User databases in order, with Dovecot's rules. Fields of databases that found the user are kept, later ones winning. When no
/// database has the user and one could not answer, the answer is "cannot tell".
/// </summary>
internal sealed class UserDbChain(IReadOnlyList<UserDbStep> steps)
{
    public async ValueTask<UserDbResult> FindAsync(UserDbQuery query, CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, string>(query.Fields, StringComparer.Ordinal);
        var isFound = false;
        var lastFound = false;
        UserDbResult? failure = null;
        foreach (var step in steps)
        {
            if (step.SkipWhen == (isFound ? ChainSkip.AfterSuccess : ChainSkip.BeforeSuccess))
            {
                query.Trace?.Skipped(step);
                continue;
            }

            var result = await step.AskAsync(query with { Fields = fields }, cancellationToken);
            if (result.Status == UserDbStatus.Found)
            {
                Fields.AddTo(fields, result.User!.Fields);
                var renamed = PassDbFields.Rewritten(result.User.Account, result.User.Fields);
                if (!UserName.TryParse(renamed, out var account, out var problem))
                    return new UserDbResult(UserDbStatus.InternalFailure, Problem: $"{step.Database.Name} gave a user name that {problem}");
                query = query with { Account = account };
                if (fields.ContainsKey("tempfail")) return new UserDbResult(UserDbStatus.InternalFailure, Problem: $"{step.Database.Name} said tempfail");
            }
            else if (result.Status == UserDbStatus.InternalFailure)
            {
                failure = result;
            }

            var rule = result.Status switch
            {
                UserDbStatus.Found => step.Rules.OnSuccess,
                UserDbStatus.InternalFailure => step.Rules.OnInternalError,
                _ => step.Rules.OnFailure,
            };
            query.Trace?.Asked(step, result, rule is ChainRule.Continue or ChainRule.ContinueOk or ChainRule.ContinueFail);
            lastFound = result.Status == UserDbStatus.Found && rule is ChainRule.Continue or ChainRule.Return;
            isFound = rule switch
            {
                ChainRule.ReturnOk or ChainRule.ContinueOk => true,
                ChainRule.ReturnFail or ChainRule.ContinueFail => false,
                _ => isFound,
            };
            if (rule is ChainRule.Return or ChainRule.ReturnOk or ChainRule.ReturnFail) break;
        }

        return isFound || lastFound ? new UserDbResult(UserDbStatus.Found, new UserInfo(query.Account, fields)) : failure ?? UserDbResult.UnknownUser;
    }

    /// <summary>The canonical ids of all databases that can list, in ordinal order, each once.</summary>
    /// <exception cref="UserDirectoryException">A database cannot answer, or none can list.</exception>
    public async ValueTask<IReadOnlyCollection<string>> ListAsync(CancellationToken cancellationToken)
    {
        var accounts = new SortedSet<string>(StringComparer.Ordinal);
        var canList = false;
        foreach (var step in steps)
        {
            if (!step.Database.CanList) continue;
            canList = true;
            await foreach (var account in step.Database.ListAsync(cancellationToken)) accounts.Add(account);
        }

        return canList
            ? accounts
            : throw new UserDirectoryException($"none of the user databases can list its users ({string.Join(", ", steps.Select(static step => step.Database.Name))})");
    }
}
