namespace MailCluster.Auth.Users;

/// <summary>Who exists, without passwords: the question LMTP asks for each recipient and <c>mailctl</c> for each pattern.</summary>
public interface IUserDirectory
{
    /// <summary>Finds a user by any spelling of the name; null when there is none (or the name cannot be one).</summary>
    /// <exception cref="UserDirectoryException">The database cannot answer: "unknown" would be a lie (LMTP: 451 4.3.0).</exception>
    ValueTask<UserInfo?> FindUserAsync(string username, CancellationToken cancellationToken);

    /// <summary>All users whose account id matches, in ordinal order, each once.</summary>
    /// <param name="pattern"><c>*</c> for any characters, <c>?</c> for one; null for all.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <exception cref="UserDirectoryException">The database cannot answer.</exception>
    IAsyncEnumerable<UserInfo> ListUsersAsync(string? pattern, CancellationToken cancellationToken);
}

/// <summary>A user database cannot be read or written now. The message is for the operator, never for a client.</summary>
public sealed class UserDirectoryException(string message, Exception? inner = null) : Exception(message, inner);
