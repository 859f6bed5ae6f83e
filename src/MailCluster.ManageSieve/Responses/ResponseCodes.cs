namespace MailCluster.ManageSieve.Responses;

/// <summary>Response codes (RFC 5804 §1.3). AUTH-TOO-WEAK, REFERRAL, SASL and TRANSITION-NEEDED are never sent.</summary>
internal static class ResponseCodes
{
    public const string Active = "ACTIVE";
    public const string AlreadyExists = "ALREADYEXISTS";
    public const string EncryptNeeded = "ENCRYPT-NEEDED";
    public const string NonExistent = "NONEXISTENT";
    public const string Quota = "QUOTA";
    public const string QuotaMaxScripts = "QUOTA/MAXSCRIPTS";
    public const string QuotaMaxSize = "QUOTA/MAXSIZE";
    public const string Tag = "TAG";
    public const string TryLater = "TRYLATER";
    public const string Warnings = "WARNINGS";
}
