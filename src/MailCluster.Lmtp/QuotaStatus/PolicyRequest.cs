namespace MailCluster.Lmtp.QuotaStatus;

/// <summary>What a mail server tells of the mail that it asks about; attributes that matter here, empty or 0 where it said nothing.</summary>
/// <param name="Request">What kind of question: <c>smtpd_access_policy</c>.</param>
/// <param name="Recipient">The recipient's address.</param>
/// <param name="Size">What MAIL declared, bytes; at the end of a message its own size.</param>
internal sealed record PolicyRequest(string Request, string Recipient, long Size)
{
    /// <summary>The one kind of question that there is (Postfix, SMTPD_POLICY_README).</summary>
    public const string AccessPolicy = "smtpd_access_policy";
}
