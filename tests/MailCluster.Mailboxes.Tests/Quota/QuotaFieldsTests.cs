namespace MailCluster.Mailboxes.Tests.Quota;

/// <summary>What Dovecot's administrators have in their user databases.</summary>
public sealed class QuotaFieldsTests
{
    private const long Gigabyte = 1L << 30;

    [Theory]
    [InlineData("quota_rule", "*:storage=1G:messages=1000", Gigabyte, 1000L)]
    [InlineData("userdb_quota_rule", "*:bytes=5000", 5000L, null)]
    [InlineData("quota_rule", "*:storage=10", 10_240L, null)]
    [InlineData("quota_rule3", "?:messages=7", null, 7L)]
    [InlineData("quota_rule", "*:storage=0", 0L, null)]
    [InlineData("quota_storage_size", "1GiB", Gigabyte, null)]
    [InlineData("userdb_quota_storage_size", "512", 512L, null)]
    [InlineData("quota_storage_size", "unlimited", 0L, null)]
    [InlineData("quota_message_count", "12", null, 12L)]
    [InlineData("home", "/srv/mail", null, null)]
    [InlineData("quota_rules", "something of another program", null, null)]
    public void A_limit_is_read(string field, string value, long? storage, long? messages)
    {
        var rules = Read((field, value));

        Assert.Equal(QuotaRules.None with { Storage = storage, Messages = messages }, rules);
    }

    [Fact]
    public void Rules_of_folders_are_read_in_the_order_of_their_numbers()
    {
        var rules = Read(("quota_rule2", "Trash:storage=+10%"), ("quota_rule", "*:storage=1G"), ("quota_rule3", "Spam:ignore"), ("quota_rule4", "Big*:storage=+1M:messages=-5"));

        Assert.Equal(Gigabyte, rules.Storage);
        Assert.Equal(
            [
                new FolderQuotaRule("Trash", false, new QuotaAmount(10, QuotaAmountKind.AddedPercent), null),
                new FolderQuotaRule("Spam", true, null, null),
                new FolderQuotaRule("Big*", false, new QuotaAmount(1 << 20, QuotaAmountKind.Added), new QuotaAmount(-5, QuotaAmountKind.Added)),
            ],
            rules.Folders.ToArray());
    }

    [Theory]
    [InlineData("quota_rule", "")]
    [InlineData("quota_rule", "*")]
    [InlineData("quota_rule", "*:storage=+1G")]
    [InlineData("quota_rule", "*:ignore")]
    [InlineData("quota_rule", "*:storage=many")]
    [InlineData("quota_rule", "*:storage=-1")]
    [InlineData("quota_rule", "*:storage=99999999999T")]
    [InlineData("quota_rule", "*:inodes=5")]
    [InlineData("quota_storage_size", "1 gigabyte")]
    [InlineData("quota_storage_size", "1Gi2")]
    [InlineData("quota_message_count", "-1")]
    [InlineData("quota_storage_percentage", "lots")]
    public void What_makes_no_sense_is_told(string field, string value)
    {
        Assert.False(QuotaFields.TryRead(new Dictionary<string, string> { [field] = value }, out _, out var problem));
        Assert.Contains(value, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_above_wins_and_leaves_what_it_does_not_say()
    {
        var configuration = QuotaRules.None with { Storage = 1000, Messages = 10 };

        Assert.Equal((1000, 10), Limits(configuration, null));
        Assert.Equal((2000, 10), Limits(configuration, QuotaRules.None with { StoragePercent = 200 }));
        Assert.Equal((1050, 5), Limits(configuration, QuotaRules.None with { StorageExtra = 50, MessagesPercent = 50 }));
        Assert.Equal((300, 10), Limits(configuration, QuotaRules.None with { StoragePercent = 200 }, QuotaRules.None with { Storage = 300 }));
        Assert.Equal((QuotaLimits.None, 10), Limits(configuration, QuotaRules.None with { Storage = 0, StorageExtra = 50 }));
        Assert.True(QuotaLimits.Of(configuration, QuotaRules.None with { Storage = 0, Messages = 0 }).IsUnlimited);

        static (long, long) Limits(params QuotaRules?[] lowestFirst) => QuotaLimits.Of(lowestFirst) is var limits ? (limits.Storage, limits.Messages) : default;
    }

    [Theory]
    [InlineData("Trash", "Trash", true)]
    [InlineData("Trash", "Trash/2024", false)]
    [InlineData("Trash*", "Trash/2024", true)]
    [InlineData("*/old", "a/b/old", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("inbox", "INBOX", true)]
    [InlineData("trash", "Trash", false)]
    public void A_rule_fits_folders_by_its_mask(string mask, string folder, bool fits) =>
        Assert.Equal(fits, new FolderQuotaRule(mask, true, null, null).Fits(FolderName.Create(folder)));

    private static QuotaRules Read(params (string Name, string Value)[] fields)
    {
        Assert.True(QuotaFields.TryRead(fields.ToDictionary(field => field.Name, field => field.Value), out var rules, out var problem), problem);
        return rules;
    }
}
