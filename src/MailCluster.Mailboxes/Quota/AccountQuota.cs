namespace MailCluster.Mailboxes;

/// <summary>What an account's own history says about its quota.</summary>
/// <param name="Set">By <see cref="SetQuota"/>.</param>
/// <param name="Heard">What the user database said last; null: nothing yet.</param>
/// <param name="MarkedLevel">The threshold last dealt with, per cent.</param>
internal sealed record AccountQuota(QuotaRules Set, QuotaRules? Heard, int MarkedLevel)
{
    public static AccountQuota Empty { get; } = new(QuotaRules.None, null, 0);

    public AccountQuota With(QuotaChanged e) => new(e.Set ?? Set, e.Heard ?? Heard, e.MarkedLevel ?? MarkedLevel);
}
