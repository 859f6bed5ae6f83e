using System.Text;
using MailCluster.Auth.Chains;
using MailCluster.Auth.Drivers;

namespace MailCluster.Auth.Tests;

public sealed class AuthTracerTests : IDisposable
{
    private readonly AuthFixture _fixture;
    private readonly string _denied = Path.GetTempFileName();

    public AuthTracerTests()
    {
        File.WriteAllText(_denied, "mallory@example.com:*\n");
        _fixture = new AuthFixture(options =>
        {
            options.PassDbs =
            [
                new PassDbOptions { Database = new PasswdFileOptions(_denied), Deny = true },
                new PassDbOptions { Database = new PasswdFileOptions("/nonexistent/users"), UsernameFilter = ["*@example.com"] },
                new PassDbOptions { Database = new AccountsOptions() },
                new PassDbOptions { Database = new StaticOptions { Password = "{PLAIN}static" }, Mechanisms = ["LOGIN"] },
            ];
            options.UserDbs = [new UserDbOptions { Database = new AccountsOptions() }];
        });
        File.WriteAllText(_fixture.Path, "alice@example.org:{PLAIN}right::::::userdb_quota_rule=*:storage=1G\nout@example.org:{PLAIN}right::::::nologin\n");
    }

    public void Dispose()
    {
        _fixture.Dispose();
        File.Delete(_denied);
    }

    [Fact]
    public async Task A_right_password_ends_where_it_matched()
    {
        var trace = await TraceAsync("Alice@example.org", "right");
        Assert.Equal(
            [
                ("passdb deny", "passwd-file", "unknown-user", "", true),
                ("passdb", "passwd-file", "skipped", "username-filter", true),
                ("passdb", trace.Steps[2].Database, "match", "", false),
                ("userdb", trace.Steps[3].Database, "found", "", false),
            ],
            trace.Steps.Select(step => (step.Chain, step.Database, step.Answer, step.Reason, step.GoesOn)));
        Assert.Equal((AuthOutcome.Success, "alice@example.org"), (trace.Result.Outcome, trace.Result.Account));
    }

    [Fact]
    public async Task A_wrong_one_shows_who_said_so_and_who_was_left_out()
    {
        var trace = await TraceAsync("alice@example.org", "wrong");
        Assert.Equal(["unknown-user", "skipped", "mismatch", "skipped"], trace.Steps.Select(step => step.Answer));
        Assert.Equal("mechanisms", trace.Steps[3].Reason);
        Assert.Equal((AuthOutcome.Failed, "password-mismatch"), (trace.Result.Outcome, trace.Result.Reason));
        // Nothing is counted or said of it.
        Assert.DoesNotContain(_fixture.Log.Lines, line => line.Contains("auth failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deny_list_ends_it()
    {
        var trace = await TraceAsync("mallory@example.com", "x");
        var step = Assert.Single(trace.Steps);
        Assert.Equal(("passdb deny", "match", false), (step.Chain, step.Answer, step.GoesOn));
        Assert.Equal("deny", trace.Result.Reason);
    }

    [Fact]
    public async Task Without_a_password_the_user_is_looked_up()
    {
        var trace = await TraceAsync("alice@example.org", null);
        Assert.Equal(AuthOutcome.Success, trace.Result.Outcome);
        Assert.Contains(trace.Steps, step => step is { Chain: "userdb", Answer: "found" });
        Assert.Equal((AuthOutcome.Disabled, "nologin"), ((await TraceAsync("out@example.org", null)).Result.Outcome, (await TraceAsync("out@example.org", null)).Result.Reason));
        Assert.Equal("not-in-userdb", (await TraceAsync("nobody@example.org", null)).Result.Reason);
    }

    [Fact]
    public async Task What_cannot_be_a_name_is_asked_of_nobody()
    {
        var trace = await TraceAsync("a b", "x");
        Assert.Empty(trace.Steps);
        Assert.Equal("bad-user-name", trace.Result.Reason);
    }

    private async Task<AuthTrace> TraceAsync(string user, string? password) => await _fixture.Get<AuthTracer>().TraceAsync(
        AuthFixture.Context(), user, password is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(password), CancellationToken.None);
}
