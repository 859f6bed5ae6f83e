namespace MailCluster.Auth.PassDb;

/// <summary>The ways in which a password database can be asked. Mechanisms are offered only where some database can serve them.</summary>
[Flags]
public enum PassDbCapabilities
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Checks a password that the client sent: PLAIN, LOGIN and the commands of IMAP and POP3.</summary>
    Password = 1,

    /// <summary>Hands out stored credentials, for mechanisms whose client never sends the password: SCRAM, CRAM-MD5, APOP.</summary>
    Credentials = 2,

    /// <summary>Checks OAuth 2.0 bearer tokens: OAUTHBEARER, XOAUTH2.</summary>
    Token = 4,

    /// <summary>Maps the client's certificate to an account: EXTERNAL.</summary>
    Certificate = 8,
}
