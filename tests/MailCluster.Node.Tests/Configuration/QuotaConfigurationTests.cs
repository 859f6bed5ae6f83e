using MailCluster.Delivery;
using MailCluster.Mailboxes;
using MailCluster.Node.Configuration;

namespace MailCluster.Node.Tests.Configuration;

public sealed class QuotaConfigurationTests
{
    private static QuotaSettings Load(params string[] settings) =>
        ReferenceTests.Load(null, [.. settings.Select(setting => "quota." + setting)]).Options.Quota;

    [Fact]
    public void WithoutConfigurationThereIsNoLimit()
    {
        var quota = Load();

        Assert.Equal((QuotaRules.None, new QuotaAmount(10, QuotaAmountKind.AddedPercent)), (quota.Rules, quota.Grace));
    }

    [Fact]
    public void LimitsGraceAndFoldersAreRead()
    {
        var quota = Load("storage=1 GiB", "messages=5000", "folders=[\"Trash:storage=+10%\", \"Junk:ignore\"]", "grace=1 MiB");

        Assert.Equal((1L << 30, 5000L), (quota.Rules.Storage, quota.Rules.Messages));
        Assert.Equal(["Trash", "Junk"], quota.Rules.Folders.Select(rule => rule.Folder));
        Assert.Equal(new QuotaAmount(1 << 20, QuotaAmountKind.Added), quota.Grace);
    }

    [Fact]
    public void WarningsHaveTheirWordsOrTheUsualOnes()
    {
        var warnings = Load("warnings=[{ at = 80% }, { at = 95%, subject = Full, text = \"{used}\" }, { at = 80%, when = falling }]").Warnings;

        Assert.Equal([QuotaWarning.Default(80, false), new QuotaWarning(95, false, "Full", "{used}"), QuotaWarning.Default(80, true)], warnings);
    }

    [Theory]
    [InlineData("warnings=[{ at = full }]")]
    [InlineData("warnings=[{ at = 80%, when = never }]")]
    [InlineData("warnings=[{ at = 80%, text-file = \"/no/such/file\" }]")]
    [InlineData("warnings=[{ at = 80%, sound = loud }]")]
    [InlineData("storage=12")]
    [InlineData("messages=0")]
    [InlineData("grace=150%")]
    [InlineData("grace=much")]
    [InlineData("folders=[\"*:storage=1G\"]")]
    [InlineData("folders=[\"Trash\"]")]
    [InlineData("user-database-age=0 s")]
    public void WhatMakesNoSenseIsRefused(string setting) =>
        Assert.Single(ReferenceTests.Load(null, "quota." + setting).Errors);
}
