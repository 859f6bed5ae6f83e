using MailCluster.Mailboxes;

namespace MailCluster.Node.Tests.Configuration;

public sealed class AnnotationConfigurationTests
{
    private static AnnotationOptions Load(params string[] settings) =>
        ReferenceTests.Load(null, [.. settings.Select(setting => "annotations." + setting)]).Options.Annotations;

    [Fact]
    public void TheDefaultsAreThoseOfTheMailbox() => Assert.Equal(new AnnotationOptions(), Load());

    [Fact]
    public void LimitsAndWhatTheServerSaysOfItselfAreRead()
    {
        var options = Load(
            "value-size=1 KiB", "per-folder=10", "total-size=64 KiB", "server-admin=\"mailto:postmaster@example.org\"", "server-comment=\"Grüße\"");

        Assert.Equal(
            new AnnotationOptions
            {
                ValueSizeMax = 1024,
                EntriesMax = 10,
                BytesMax = 65536,
                ServerAdmin = "mailto:postmaster@example.org",
                ServerComment = "Grüße",
            },
            options);
    }

    [Theory]
    [InlineData("value-size=1023")]
    [InlineData("value-size=65 KiB")]
    [InlineData("per-folder=9")]
    [InlineData("total-size=1 KiB")]
    [InlineData("server-admin=\"ask at the desk\"")]
    public void WhatMakesNoSenseIsRefused(string setting) =>
        Assert.Single(ReferenceTests.Load(null, "annotations." + setting).Errors);
}
