namespace MailCluster.Auth.Drivers.OAuth2;

/// <summary>A token does not open the account. The reason is one word for the log.</summary>
internal sealed class TokenRejectedException(string reason) : Exception(reason)
{
    public string Reason => Message;
}
