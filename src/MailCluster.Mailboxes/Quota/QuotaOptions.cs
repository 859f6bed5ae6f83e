using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>What configuration says about quotas.</summary>
public sealed record QuotaOptions
{
    /// <summary>What holds for accounts about which nobody says anything else.</summary>
    public QuotaRules Rules { get; init; } = QuotaRules.None;

    /// <summary>
    /// How far past its storage limit one delivery may take an account that is below it. 10 per cent, as Dovecot has it: the sender cannot know how much room there
    /// is, and one message more fills no disk.
    /// </summary>
    public QuotaAmount Grace { get; init; } = new(10, QuotaAmountKind.AddedPercent);

    /// <summary>The age at which what the user database said of an account is asked anew. 1 minute: nobody waits longer for a bought gigabyte.</summary>
    public TimeSpan DirectoryAge { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Per cent, ascending: an account that rises to or falls below one of them is reported to <see cref="IQuotaWatcher"/>.</summary>
    public ImmutableArray<int> Thresholds { get; init; } = [];

    /// <summary>The greatest threshold that is reached; 0 for none.</summary>
    internal int LevelOf(int percent)
    {
        var level = 0;
        foreach (var threshold in Thresholds)
        {
            if (percent >= threshold)
                level = threshold;
        }

        return level;
    }
}
