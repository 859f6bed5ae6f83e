using MailCluster.Auth.Chains;
using MailCluster.Auth.Drivers.Ldap;
using MailCluster.Auth.Drivers.Sql;
using MailCluster.Node.Configuration;

namespace MailCluster.Node.Tests.Configuration;

public sealed class DatabaseConfigurationTests
{
    private const string UserDbs = "mailcluster.auth.userdbs = [{ driver = accounts }]\n";

    [Fact]
    public void WithoutChainsThereAreNone()
    {
        var auth = ReferenceTests.Load().Options.Auth;
        Assert.Empty(auth.PassDbs);
        Assert.Empty(auth.UserDbs);
        Assert.Null(auth.MasterUserSeparator);
    }

    [Fact]
    public void AnEntryHasDovecotsDefaults()
    {
        var entry = Assert.Single(Passed("{ driver = accounts }"));
        Assert.Equal(ChainRules.Default, entry.Rules);
        Assert.Equal((ChainSkip.Never, false, false), (entry.SkipWhen, entry.Deny, entry.Master));
    }

    [Fact]
    public void EveryRuleIsRead()
    {
        var entry = Assert.Single(Passed(
            """
            { driver = accounts, result-success = continue-ok, result-failure = return-fail, result-internalerror = return, skip = authenticated,
              mechanisms = [plain], username-filter = ["*@example.com", "!bad@*"], auth-username-format = "%{user | username}",
              default-fields { a = b }, override-fields { "userdb_quota_rule" = "*:storage=1G" } }
            """));
        Assert.Equal(new ChainRules(ChainRule.ContinueOk, ChainRule.ReturnFail, ChainRule.Return), entry.Rules);
        Assert.Equal(ChainSkip.AfterSuccess, entry.SkipWhen);
        Assert.Equal(["PLAIN"], entry.Mechanisms);
        Assert.Equal(["*@example.com", "!bad@*"], entry.UsernameFilter);
        Assert.Equal("%{user | username}", entry.UsernameFormat);
        Assert.Equal("b", entry.DefaultFields["a"]);
        Assert.Equal("*:storage=1G", entry.OverrideFields["userdb_quota_rule"]);
    }

    [Fact]
    public void PassMeansThatAnOrdinaryDatabaseIsAskedToo() =>
        Assert.Equal(ChainRule.Continue, Assert.Single(Passed("{ driver = accounts, master = true, pass = true }")).Rules.OnSuccess);

    [Fact]
    public void SecretsComeFromFilesAndAreMasked()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "from a file\n");
            var configuration = ReferenceTests.Load(UserDbs + $$"""
                mailcluster.auth.passdbs = [
                  { driver = ldap, uris = "ldap://x", bind-dn = "cn=s", bind-password-file = "{{file}}", filter = "(uid=%n)", bind = true }
                  { driver = sql, database = mysql, connection = "host=x", password = hush, password-query = "SELECT 1 AS password WHERE '%u' = ''" }
                  { driver = static, password = "{PLAIN}hush" }
                ]
                """);
            Assert.Empty(configuration.Errors);
            Assert.Equal("from a file", ((LdapOptions)configuration.Options.Auth.PassDbs[0].Database).Server.BindPassword);
            Assert.Equal("hush", ((SqlOptions)configuration.Options.Auth.PassDbs[1].Database).Password);
            Assert.DoesNotContain("hush", configuration.Options.Auth.PassDbs[1].ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("from a file", configuration.Options.Auth.PassDbs[0].ToString(), StringComparison.Ordinal);
            var listing = new StringWriter();
            ConfigurationListing.Write(configuration, isComplete: true, listing);
            Assert.DoesNotContain("hush", listing.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("from a file", listing.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("{ driver = ldpa }", "auth.passdbs[0].driver", "did you mean ldap")]
    [InlineData("{ driver = prefetch }", "auth.passdbs[0].driver", "one of")]
    [InlineData("{ driver = accounts, result-succes = continue }", "auth.passdbs[0].result-succes", "result-success")]
    [InlineData("{ driver = accounts, deny = true, master = true }", "auth.passdbs[0].deny", "either")]
    [InlineData("{ driver = accounts, auth-username-format = \"%q\" }", "auth.passdbs[0].auth-username-format", "unknown variable")]
    [InlineData("{ driver = ldap, uris = \"ldap://x\", filter = \"(uid=%n)\" }", "auth.passdbs[0].fields", "password")]
    [InlineData("{ driver = ldap, uris = \"http://x\", filter = \"(uid=%n)\", bind = true }", "auth.passdbs[0].uris", "ldap://")]
    [InlineData("{ driver = ldap, uris = \"ldap://x\", filter = \"(uid=%n)\", bind = true, ca-file = \"/nonexistent\" }", "auth.passdbs[0].ca-file", "no file")]
    [InlineData("{ driver = sql, database = sqlite, connection = x, password-query = \"SELECT '%u\" }", "auth.passdbs[0].password-query", "not closed")]
    [InlineData("{ driver = sql, database = sqlite, connection = x, password-query = \"SELECT \\\"%u\\\"\" }", "auth.passdbs[0].password-query", "cannot be a name")]
    [InlineData("{ driver = sql, database = sqlite, password-query = \"SELECT 1\" }", "auth.passdbs[0].connection", "where")]
    [InlineData("{ driver = oauth2 }", "auth.passdbs[0].jwks", "introspection-url")]
    [InlineData("{ driver = oauth2, introspection-url = \"http://issuer.example.com/\" }", "auth.passdbs[0].introspection-url", "https://")]
    [InlineData("{ driver = imap, host = \"a b\" }", "auth.passdbs[0].host", "host name")]
    [InlineData("{ driver = static, password = a, password-file = \"/nonexistent\" }", "auth.passdbs[0].password-file", "either")]
    public void WhatMakesNoSenseIsToldWithItsPlace(string entry, string path, string words)
    {
        var errors = ReferenceTests.Load(UserDbs + $"mailcluster.auth.passdbs = [ {entry} ]").Errors;
        Assert.Contains(errors, error => error.Path == "mailcluster." + path && error.Problem.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void PasswordsWithoutUsersAreAFault() =>
        Assert.Equal("mailcluster.auth.userdbs", Assert.Single(ReferenceTests.Load("mailcluster.auth.passdbs = [{ driver = accounts }]").Errors).Path);

    private static IReadOnlyList<Auth.Drivers.PassDbOptions> Passed(string entries)
    {
        var configuration = ReferenceTests.Load(UserDbs + $"mailcluster.auth.passdbs = [ {entries} ]");
        Assert.Empty(configuration.Errors);
        return configuration.Options.Auth.PassDbs;
    }
}
