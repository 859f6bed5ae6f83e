using MailCluster.Delivery.Lists;
using MailCluster.Delivery.Programs;
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
    public void ADirectoryOfProgramsIsForTheOperatorsScriptsAndAListForAll()
    {
        var directory = Directory.CreateTempSubdirectory("sieve-configuration-").FullName;
        try
        {
            var file = Path.Combine(directory, "customers");
            File.WriteAllText(file, "");
            var options = ReferenceTests.Load(
                null,
                $"sieve.programs.pipe.bin-dir=\"{directory}\"", "sieve.programs.pipe.timeout=3 s", "sieve.programs.pipe.input-eol=lf", $"sieve.programs.filter.bin-dir=\"{directory}\"",
                "sieve.programs.at-once=2", "sieve.programs.memory=64 MiB", "sieve.report-from=\"Desk <desk@example.com>\"",
                $"sieve.lists.entries=[{{ name = \"tag:x:y\", file = \"{file}\" }}, {{ name = \":addrbook:default\", file = \"{directory}/%u\" }}, {{ name = \"tag:x:z\", field = friends }}]").Options;
            var (programs, lists) = (options.SieveDelivery.Programs, options.SieveDelivery.Lists);

            Assert.Equal(new ProgramKindOptions(directory, TimeSpan.FromSeconds(3), ProgramLineEnd.Lf), programs.Pipe);
            Assert.Equal(new ProgramKindOptions(directory, TimeSpan.FromSeconds(10)), programs.Filter);
            Assert.Null(programs.Execute);
            Assert.Equal((2, 64L << 20, 64L << 20), (programs.AtOnceMax, programs.MemoryMax, programs.OutputMax));
            Assert.Equal("Desk <desk@example.com>", options.SieveDelivery.ReportFrom);
            Assert.Equal(
                [new("tag:x:y", file, null), new("urn:ietf:params:sieve:addrbook:default", directory + "/%u", null), new ListSource("tag:x:z", null, "friends")],
                lists.Lists.AsEnumerable());
            var compiler = options.SieveLanguage.Compiler;
            Assert.Contains("vnd.dovecot.pipe", compiler.GlobalExtensions);
            Assert.Contains("vnd.dovecot.filter", compiler.GlobalExtensions);
            Assert.DoesNotContain("vnd.dovecot.execute", compiler.GlobalExtensions);
            Assert.DoesNotContain("vnd.dovecot.pipe", compiler.PersonalExtensions);
            Assert.Contains("extlists", compiler.GlobalExtensions);
            Assert.Contains("extlists", compiler.PersonalExtensions);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
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
    [InlineData("extensions=[\"extlists\"]")]
    [InlineData("programs.pipe.bin-dir=\"/nowhere/at/all\"")]
    [InlineData("programs.wait=1 d")]
    [InlineData("report-from=nobody")]
    [InlineData("lists.entries=[{ name = friends, field = x }]")]
    [InlineData("lists.entries=[{ name = \"tag:x:y\" }]")]
    [InlineData("lists.entries=[{ name = \"tag:x:y\", file = \"/nowhere/at/all\" }]")]
    [InlineData("lists.entries=[{ name = \"tag:x:y\", field = a }, { name = \"TAG:x:y\", field = b }]")]
    public void WhatMakesNoSenseIsRefused(string setting) =>
        Assert.Single(ReferenceTests.Load(null, "sieve." + setting).Errors);
}
