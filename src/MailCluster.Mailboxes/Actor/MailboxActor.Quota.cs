namespace MailCluster.Mailboxes;

/// <summary>The account's quota: what is known of it, and who is told when it fills up.</summary>
internal sealed partial class MailboxActor
{
    private readonly DirectoryQuota? _directory = services.QuotaDirectory is { } directory
        ? new DirectoryQuota(directory, account, services.Options.Quota.DirectoryAge, services.Time, services.Log)
        : null;

    private QuotaLimits _limits = QuotaLimits.Unlimited;

    /// <summary>What <see cref="_limits"/> was worked out from.</summary>
    private (AccountQuota Quota, QuotaRules? Heard)? _limitsOf;

    private QuotaOptions QuotaOptions => services.Options.Quota;

    /// <summary>What is in force for a command that is decided now.</summary>
    private QuotaLimits LimitsOf(MailboxState state)
    {
        var heard = _directory?.Heard ?? state.Quota.Heard;
        if (_limitsOf is { } of && ReferenceEquals(of.Quota, state.Quota) && ReferenceEquals(of.Heard, heard))
            return _limits;
        _limits = Limits(state.Quota.Set, heard);
        _limitsOf = (state.Quota, heard);
        return _limits;
    }

    // Nothing was ever heard of this account: the configuration's limit may not be the one it has.
    private QuotaLimits Limits(QuotaRules set, QuotaRules? heard) =>
        _directory is not null && heard is null ? QuotaLimits.Of(set) : QuotaLimits.Of(QuotaOptions.Rules, heard, set);

    /// <summary>
    /// What the user database says, as an event, if it is news and matters: without limits in the configuration "nothing" and "not known" are the same.
    /// Not before every node can read it: until then what was heard counts while the actor is in memory, and is asked for again.
    /// </summary>
    private QuotaChanged? News(MailboxState state, DecisionContext context)
    {
        _directory?.AskIfOld();
        if (context.Level < MailboxLevel.Filtering || _directory?.Heard is not { } heard || heard.Equals(state.Quota.Heard))
            return null;
        return heard.IsNone && state.Quota.Heard is null && QuotaOptions.Rules.IsNone ? null : new QuotaChanged(null, heard, null);
    }

    private QuotaInfo Describe(MailboxState state, DescribeQuota query, DecisionContext context)
    {
        _directory?.AskIfOld(query.Recount);
        var heard = _directory?.Heard ?? state.Quota.Heard;
        var limits = LimitsOf(state);
        var usage = QuotaUsage.Of(state, limits);
        if (query.Recount && QuotaUsage.Count(state, limits) is var counted && counted != usage)
            throw new InvalidOperationException($"Account {account} has {counted} by its messages, {usage} by its sums.");
        return new QuotaInfo(
            usage.Storage,
            limits.Storage == QuotaLimits.None ? null : limits.Storage,
            limits.Storage == QuotaLimits.None ? QuotaSource.None : SourceOf(static rules => rules.Storage is not null),
            usage.Messages,
            limits.Messages == QuotaLimits.None ? null : limits.Messages,
            limits.Messages == QuotaLimits.None ? QuotaSource.None : SourceOf(static rules => rules.Messages is not null),
            MailboxRules.DeliverableBytes(state, context with { Limits = limits }),
            query.Recount);

        QuotaSource SourceOf(Func<QuotaRules, bool> says) =>
            says(state.Quota.Set) ? QuotaSource.Set : heard is not null && says(heard) ? QuotaSource.UserDatabase : QuotaSource.Configuration;
    }

    /// <summary>Tells the watcher if the account's level is not the one that was dealt with.</summary>
    private void TellLevel(MailboxState state)
    {
        // A warning is followed by an event, or it comes again with each change.
        if (services.Level.Current < MailboxLevel.Filtering || services.QuotaWatcher is not { } watcher || QuotaOptions.Thresholds.IsEmpty || !state.Exists)
            return;
        var limits = LimitsOf(state);
        var reached = QuotaOptions.LevelOf(QuotaUsage.Of(state, limits).PercentOf(limits));
        if (reached == state.Quota.MarkedLevel)
            return;
        try
        {
            var context = new DecisionContext(services.Time.GetUtcNow(), services.NewId, services.Options);
            watcher.OnLevel(new QuotaLevel(account, state.Quota.MarkedLevel, reached, Describe(state, new DescribeQuota(), context)));
        }
        catch (Exception e)
        {
            QuotaLog.WatcherThrew(services.Log, account, e);
        }
    }
}
