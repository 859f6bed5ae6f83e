using MailCluster.Auth.Users;

namespace MailCluster.Auth.Drivers;

/// <summary>A user as a database of stored passwords has it.</summary>
/// <param name="User">The account and its extra fields.</param>
/// <param name="Password">What is stored, with or without <c>{SCHEME}</c>; null or empty for none.</param>
internal sealed record StoredUser(UserInfo User, string? Password)
{
    /// <summary>Keeps the password out of logs.</summary>
    public override string ToString() => $"StoredUser({User.Account})";
}
