using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Sasl;

namespace MailCluster.Auth.Tests.Sasl;

/// <summary>CRAM-MD5, APOP, ANONYMOUS and EXTERNAL over a real passwd-file.</summary>
public sealed class ChallengeTests
{
    private const string Lines =
        "plain@example.com:{PLAIN}correct horse\n"
        + "keys@example.com:{CRAM-MD5}38b57fd1a0c4b46c814aa05f20318edd71c455380655f2c0ac35c5b359528d29\n" // doveadm pw
        + "hashed@example.com:{SSHA256}0hJvnJrn389Ik7M3OR+qOZl6NBsSet72zG2p4yy6GwEBAgME\n"
        + "anonymous:*\n";

    private static AuthFixture Fixture()
    {
        var fixture = new AuthFixture(options =>
        {
            options.Mechanisms = ["CRAM-MD5", "APOP", "ANONYMOUS", "EXTERNAL", "PLAIN"];
            options.AnonymousAccount = "anonymous";
        });
        File.WriteAllText(fixture.Path, Lines);
        return fixture;
    }

    [Theory]
    [InlineData("plain@example.com", "correct horse", AuthOutcome.Success)]
    [InlineData("keys@example.com", "correct horse", AuthOutcome.Success)]
    [InlineData("plain@example.com", "correct horsf", AuthOutcome.Failed)]
    [InlineData("keys@example.com", "correct horsf", AuthOutcome.Failed)]
    [InlineData("hashed@example.com", "correct horse", AuthOutcome.Failed)]
    [InlineData("nobody@example.com", "?", AuthOutcome.Failed)]
    public async Task Cram_md5_takes_an_hmac_of_its_challenge(string user, string password, AuthOutcome outcome)
    {
        using var fixture = Fixture();
        using var exchange = fixture.Get<SaslMechanismSet>().Find("CRAM-MD5"u8, AuthFixture.Context())!.Start(fixture.Authenticator, AuthFixture.Context());
        var challenge = (await exchange.StepAsync(null, default)).ChallengeBytes;
        Assert.Matches("^<[0-9a-f]{32}\\.[0-9]+@mailcluster>$", Encoding.ASCII.GetString(challenge.Span));
        var digest = Convert.ToHexStringLower(HMACMD5.HashData(Encoding.UTF8.GetBytes(password), challenge.Span));
        var step = await exchange.StepAsync(Encoding.UTF8.GetBytes($"{user} {digest}"), default);
        Assert.Equal(outcome, step.Result!.Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("alice 0123")]
    [InlineData(" 0123456789abcdef0123456789abcdef")]
    [InlineData("alice 0123456789abcdef0123456789abcdeg")]
    public async Task Cram_md5_refuses_other_answers(string answer)
    {
        using var fixture = Fixture();
        using var exchange = fixture.Get<SaslMechanismSet>().Find("CRAM-MD5"u8, AuthFixture.Context())!.Start(fixture.Authenticator, AuthFixture.Context());
        await exchange.StepAsync(null, default);
        Assert.Equal(SaslStepKind.Malformed, (await exchange.StepAsync(Encoding.UTF8.GetBytes(answer), default)).Kind);
    }

    [Fact]
    public async Task Cram_md5_has_no_initial_response()
    {
        using var fixture = Fixture();
        using var exchange = fixture.Get<SaslMechanismSet>().Find("CRAM-MD5"u8, AuthFixture.Context())!.Start(fixture.Authenticator, AuthFixture.Context());
        Assert.Equal(SaslStepKind.Malformed, (await exchange.StepAsync("alice 0123456789abcdef0123456789abcdef"u8.ToArray(), default)).Kind);
    }

    [Theory]
    [InlineData("plain@example.com", "correct horse", AuthOutcome.Success)]
    [InlineData("plain@example.com", "x", AuthOutcome.Failed)]
    [InlineData("keys@example.com", "correct horse", AuthOutcome.Failed)] // HMAC keys cannot make an MD5 of the password.
    [InlineData("nobody@example.com", "x", AuthOutcome.Failed)]
    public async Task Apop_takes_a_digest_of_the_greeting(string user, string password, AuthOutcome outcome)
    {
        const string stamp = "<1896.697170952@mail.example.com>";
        using var fixture = Fixture();
        var context = AuthFixture.Context(secure: false) with { Protocol = "pop3" };
        using var exchange = fixture.Get<SaslMechanismSet>().Find("APOP"u8, context)!.Start(fixture.Authenticator, context);
        var digest = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(stamp + password)));
        var step = await exchange.StepAsync(Encoding.UTF8.GetBytes($"{stamp}\0{user}\0{digest}"), default);
        Assert.Equal(outcome, step.Result!.Outcome);
    }

    [Fact]
    public void Apop_is_pop3s_alone_and_in_no_list()
    {
        using var fixture = Fixture();
        var set = fixture.Get<SaslMechanismSet>();
        Assert.Null(set.Find("APOP"u8, AuthFixture.Context()));
        Assert.DoesNotContain("APOP", set.Offered(AuthFixture.Context() with { Protocol = "pop3" }).Select(m => m.Name));
    }

    [Fact]
    public async Task Anonymous_opens_the_one_account()
    {
        using var fixture = Fixture();
        using var exchange = fixture.Get<SaslMechanismSet>().Find("ANONYMOUS"u8, AuthFixture.Context())!.Start(fixture.Authenticator, AuthFixture.Context());
        var step = await exchange.StepAsync("sirhc"u8.ToArray(), default);
        Assert.Equal("anonymous", step.Result!.Account);
        using var without = new AuthFixture(options => options.Mechanisms = ["ANONYMOUS"]);
        Assert.Empty(without.Get<SaslMechanismSet>().Offered(AuthFixture.Context()));
    }

    [Fact]
    public void External_needs_a_certificate()
    {
        using var fixture = Fixture();
        Assert.Null(fixture.Get<SaslMechanismSet>().Find("EXTERNAL"u8, AuthFixture.Context()));
    }
}
