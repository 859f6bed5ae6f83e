using MailCluster.Node.Configuration;
using MailCluster.Sieve;

namespace MailCluster.Node.Tests.Configuration;

public sealed class SieveConfigurationTests
{
    private static SieveLanguageSettings Load(params string[] settings) =>
        ReferenceTests.Load(null, [.. settings.Select(setting => "sieve." + setting)]).Options.SieveLanguage;

    /// <summary>What cluster.hocon says is what the language takes by itself.</summary>
    [Fact]
    public void TheDefaultsAreThoseOfTheLanguage()
    {
        var (compiler, limits, run) = Load();

        Assert.Equal(SieveRunLimits.Default, limits);
        Assert.Equal(SieveRunOptions.Default, run);
        Assert.Equal<string>(SieveCompilerOptions.Default.PersonalExtensions, compiler.PersonalExtensions);
        Assert.Equal<string>(SieveCompilerOptions.Default.GlobalExtensions, compiler.GlobalExtensions);
        Assert.Equal<string>(SieveCompilerOptions.Default.ProtectedFields, compiler.ProtectedFields);
        Assert.Equal(
            (SieveCompilerOptions.Default.VacationIntervalMin, SieveCompilerOptions.Default.VacationIntervalDefault, SieveCompilerOptions.Default.VacationIntervalMax),
            (compiler.VacationIntervalMin, compiler.VacationIntervalDefault, compiler.VacationIntervalMax));
    }

    [Fact]
    public void ExtensionsAreAddedAndTakenAway()
    {
        var (compiler, _, _) = Load("extensions=[\"-editheader\", \"vnd.dovecot.report\"]", "global-extensions=[\"vnd.dovecot.pipe\"]");

        Assert.DoesNotContain("editheader", compiler.PersonalExtensions);
        Assert.Contains("vnd.dovecot.report", compiler.PersonalExtensions);
        Assert.Contains("editheader", compiler.GlobalExtensions);
        Assert.Contains("vnd.dovecot.pipe", compiler.GlobalExtensions);
    }

    [Fact]
    public void AScannerBringsItsTest()
    {
        var (compiler, _, run) = Load("spamtest.field=X-Spam-Status", "spamtest.pattern=\"score=(-?[0-9.]+)\"", "virustest.field=X-Virus", "virustest.words=[\"clean=1\", \"infected=5\"]");

        Assert.Equal(("X-Spam-Status", SieveScannerForm.Score, 10), (run.Spam!.Field, run.Spam.Form, run.Spam.Max));
        Assert.Equal("3.5", run.Spam.Pattern!.Match("No, score=3.5 required=5").Groups[1].Value);
        Assert.Equal(5, run.Virus!.Words!["Infected"]);
        foreach (var name in new[] { "spamtest", "spamtestplus", "virustest" })
        {
            Assert.Contains(name, compiler.PersonalExtensions);
            Assert.Contains(name, compiler.GlobalExtensions);
        }
    }

    [Fact]
    public void LimitsAndIntervalsAreRead()
    {
        var (compiler, limits, _) = Load("limits.redirects=1", "limits.time=1 s", "vacation.min-interval=0 s");

        Assert.Equal((1, TimeSpan.FromSeconds(1)), (limits.RedirectsMax, limits.TimeMax));
        Assert.Equal(TimeSpan.Zero, compiler.VacationIntervalMin);
    }

    [Theory]
    [InlineData("extensions=[\"fileito\"]")]
    [InlineData("vacation.default-interval=90 d")]
    [InlineData("limits.include-depth=0")]
    [InlineData("spamtest.pattern=\"(a\"")]
    [InlineData("spamtest.words=[\"yes=11\"]")]
    [InlineData("virustest.field=X-Virus")]
    public void WhatMakesNoSenseIsRefused(string setting) =>
        Assert.Single(ReferenceTests.Load(null, "sieve." + setting).Errors);
}
