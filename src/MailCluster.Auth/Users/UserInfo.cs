namespace MailCluster.Auth.Users;

/// <summary>What the user database says about one account. Holds no password.</summary>
/// <param name="Account">The canonical account id, lower case.</param>
/// <param name="Fields">
/// Extra fields by their Dovecot names (<c>userdb_quota_rule</c>, <c>nologin</c>, …); empty values for bare words.
/// </param>
public sealed record UserInfo(string Account, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>True when logging in is refused. Mail for the account is still taken.</summary>
    public bool IsLoginDisabled => Fields.ContainsKey("nologin");
}
