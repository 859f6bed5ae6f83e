using MailCluster.Auth.PassDb;
using MailCluster.Auth.Templates;

namespace MailCluster.Auth.Chains;

/// <summary>One password database of a chain, with what the configuration says about its part in it.</summary>
/// <param name="Database">The driver.</param>
internal sealed record PassDbStep(IPassDb Database)
{
    public ChainRules Rules { get; init; } = ChainRules.Default;

    public ChainSkip SkipWhen { get; init; }

    /// <summary>True for a list of users who must not log in: whoever is found there is refused at once.</summary>
    public bool IsDeny { get; init; }

    /// <summary>True when its users may log in as others, with <c>user*master</c> or a SASL authorization identity.</summary>
    public bool IsMaster { get; init; }

    /// <summary>Mechanisms that the database is asked for, upper case; <c>none</c> is a look-up without one. Empty for all.</summary>
    public IReadOnlyList<string> Mechanisms { get; init; } = [];

    /// <summary>Patterns of account ids that the database is asked for; <c>!</c> excludes. Empty for all.</summary>
    public IReadOnlyList<string> UsernameFilter { get; init; } = [];

    /// <summary>Fields that the database's own win over.</summary>
    public FieldTemplates DefaultFields { get; init; } = FieldTemplates.None;

    /// <summary>Fields that win over the database's own.</summary>
    public FieldTemplates OverrideFields { get; init; } = FieldTemplates.None;

    /// <summary>How the database spells names, when not as accounts are called: <c>%{user | username}</c>.</summary>
    public Template? UsernameFormat { get; init; }

    /// <summary>The question as this database is asked it.</summary>
    public PassDbQuery Addressed(PassDbQuery query) =>
        UsernameFormat is null || query.Account.Length == 0 ? query : query with { Account = UsernameFormat.Expand(AuthVariables.Of(query)) };

    /// <summary>A match with the configured fields, and the account under its own name again.</summary>
    public PassDbResult Completed(PassDbQuery query, PassDbResult result)
    {
        if (result.Status != PassDbStatus.Match) return result;
        var user = result.User!;
        if (UsernameFormat is not null && user.Account == Addressed(query).Account) user = user with { Account = query.Account };
        return result with { User = user with { Fields = Fields.Merged(DefaultFields, user.Fields, OverrideFields, AuthVariables.Of(query)) } };
    }
}
