namespace MailCluster.Auth.Passwords;

/// <summary>
/// A password scheme cannot be used: unknown, refused as weak, damaged hash, or its native library is missing. The message says which.
/// </summary>
public sealed class PasswordSchemeException(string message, Exception? inner = null) : Exception(message, inner);
