using MailCluster.Auth.Drivers.Ldap;
using MailCluster.Auth.Drivers.Sql;
using MailCluster.Auth.Templates;

namespace MailCluster.Auth.Tests;

public sealed class TemplateTests
{
    private static readonly AuthVariables Variables = new(
        "alice@example.com", "imap", AuthFixture.Context(), new Dictionary<string, string> { ["uid"] = "5", ["userdb_home"] = "/h" });

    [Theory]
    [InlineData("%u", "alice@example.com")]
    [InlineData("%n at %d", "alice at example.com")]
    [InlineData("%Ud/%Ln", "EXAMPLE.COM/alice")]
    [InlineData("%{user}|%{username}|%{domain}", "alice@example.com|alice|example.com")]
    [InlineData("%{user | username | upper}", "ALICE")]
    [InlineData("%{passdb:uid} %{userdb:home}", "5 /h")]
    [InlineData("%{passdb:none | default('x y')}", "x y")]
    [InlineData("%s %r %l %{protocol}", "imap 192.0.2.1 192.0.2.99 imap")]
    [InlineData("100%%", "100%")]
    public void Variables_are_filled_in(string text, string expected) => Assert.Equal(expected, Template.Parse(text).Expand(Variables));

    [Theory]
    [InlineData("%q")]
    [InlineData("%{nothing}")]
    [InlineData("%{user | rot13}")]
    [InlineData("%{user")]
    [InlineData("100%")]
    [InlineData("%w")]
    public void What_is_no_template_is_told(string text) => Assert.NotNull(Template.Problem(text));

    [Fact]
    public void A_value_is_never_a_template_again() => Assert.Equal("%u", Template.Parse("%u").Expand(Variables with { Account = "%u" }));

    [Theory]
    [InlineData("SELECT a FROM t WHERE u = '%u'", "SELECT a FROM t WHERE u = $1", "alice@example.com")]
    [InlineData("WHERE u = %u AND d='%d'", "WHERE u = $1 AND d=$2", "alice@example.com", "example.com")]
    [InlineData("WHERE m = '%n@x.''%Ud''' AND b LIKE 'a%%'", "WHERE m = $1 AND b LIKE 'a%'", "alice@x.'EXAMPLE.COM'")]
    [InlineData("SELECT 5 %% 3, 'it''s', \"name\"", "SELECT 5 % 3, 'it''s', \"name\"")]
    public void Queries_have_parameters_in_place_of_variables(string query, string text, params string[] values)
    {
        var statement = SqlStatement.Parse(query, static number => $"${number}", allowsPassword: false, hasBackslashEscapes: false);
        Assert.Equal(text, statement.Text);
        Assert.Equal(values, statement.Values(Variables));
    }

    [Theory]
    [InlineData("SELECT \"%u\"")]
    [InlineData("SELECT `%u`")]
    [InlineData("SELECT '%u")]
    [InlineData("SELECT '\\'%u'")]
    [InlineData("SELECT %w")]
    public void What_could_be_misunderstood_is_refused(string query) =>
        Assert.Throws<FormatException>(() => SqlStatement.Parse(query, static _ => "?", allowsPassword: false, hasBackslashEscapes: true));

    [Fact]
    public void Directory_syntax_is_escaped()
    {
        Assert.Equal("\\2a\\29\\28\\5c\\00a\\c3\\a4", LdapEscape.Filter("*)(\\\0aä"));
        Assert.Equal("a\\2cou\\3dx\\2b\\22\\23\\20@b.c", LdapEscape.Dn("a,ou=x+\"# @b.c"));
    }
}
