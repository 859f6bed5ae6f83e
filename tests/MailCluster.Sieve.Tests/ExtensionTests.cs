namespace MailCluster.Sieve.Tests;

public sealed class ExtensionTests
{
    [Fact]
    public void What_needs_configuration_is_not_on_by_itself()
    {
        string[] configured = ["spamtest", "spamtestplus", "virustest", "vnd.dovecot.pipe", "vnd.dovecot.filter", "vnd.dovecot.execute", "vnd.dovecot.report"];
        Assert.All(configured, name => Assert.True(SieveExtensions.IsKnown(name), name));
        Assert.Empty(SieveCompilerOptions.Default.PersonalExtensions.Intersect(configured));
        Assert.Equal(SieveExtensions.All.Order(), SieveExtensions.PersonalDefault.Concat(configured).Order());
        Assert.Equal(SieveExtensions.All.Length, SieveExtensions.All.Distinct().Count());
    }
}
