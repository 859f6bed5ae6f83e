using System.Text;
using MailCluster.Auth.Drivers;
using MailCluster.Auth.Drivers.OAuth2;
using MailCluster.Auth.PassDb;
using MailCluster.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace MailCluster.Auth.Tests.Drivers;

public sealed class OAuth2Tests : IAsyncLifetime, IDisposable
{
    private const string Alice = "alice@example.com";

    private readonly ManualTimeProvider _time = new();
    private readonly CapturedLog _log = new();
    private readonly List<OAuth2Db> _databases = [];
    private TestIssuer _issuer = null!;

    private OAuth2Options Signed => new()
    {
        Jwks = _issuer.Jwks,
        Issuers = List(TestIssuer.Name),
        Audiences = List(TestIssuer.Audience),
        Scopes = List("mail"),
        Fields = new FieldList(new Dictionary<string, string> { ["userdb_quota_storage_size"] = "%{passdb:quota}" }),
    };

    public async Task InitializeAsync() => _issuer = await TestIssuer.StartAsync();

    public Task DisposeAsync() => _issuer.DisposeAsync().AsTask();

    public void Dispose() => _databases.ForEach(static database => database.Dispose());

    [Fact]
    public async Task A_signed_token_opens_the_account_that_it_names()
    {
        var database = Open(Signed);
        var result = await VerifyAsync(database, _issuer.Token("Alice@Example.com", _time), "");
        Assert.Equal((PassDbStatus.Match, Alice), (result.Status, result.User!.Account));
        Assert.Equal("10M", result.User.Fields["userdb_quota_storage_size"]);
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(database, _issuer.Token(Alice, _time))).Status);
        Assert.Equal(1, _issuer.KeyReadings);
    }

    [Theory]
    [InlineData("token-of-another")]
    [InlineData("token-issuer")]
    [InlineData("token-audience")]
    [InlineData("token-scope")]
    [InlineData("token-expired")]
    [InlineData("token-not-yet")]
    [InlineData("token-signature")]
    [InlineData("token-without-user")]
    [InlineData("token-malformed")]
    public async Task A_token_that_is_not_for_this_is_refused(string reason)
    {
        var token = reason switch
        {
            "token-of-another" => _issuer.Token("bob@example.com", _time),
            "token-issuer" => _issuer.Token(Alice, _time, static token => token.Issuer = "https://evil.example.com/"),
            "token-audience" => _issuer.Token(Alice, _time, static token => token.Audience = "calendar"),
            "token-scope" => _issuer.Token(Alice, _time, static token => token.Claims["scope"] = "openid"),
            "token-expired" => _issuer.Token(Alice, _time, token =>
            {
                token.NotBefore = _time.GetUtcNow().AddMinutes(-20).UtcDateTime;
                token.Expires = _time.GetUtcNow().AddMinutes(-2).UtcDateTime;
            }),
            "token-not-yet" => _issuer.Token(Alice, _time, token => token.NotBefore = _time.GetUtcNow().AddMinutes(2).UtcDateTime),
            "token-signature" => Changed(_issuer.Token(Alice, _time)),
            "token-without-user" => _issuer.Token("no name", _time),
            _ => "a.b.c",
        };
        var result = await VerifyAsync(Open(Signed), token);
        Assert.Equal((PassDbStatus.Mismatch, reason), (result.Status, result.Reason));
    }

    [Fact]
    public async Task Nobody_signs_with_the_public_key_or_with_none()
    {
        var database = Open(Signed);
        Assert.Equal("token-signature", (await VerifyAsync(database, _issuer.TokenSignedWithThePublicKey(Alice, _time))).Reason);
        Assert.Equal("token-signature", (await VerifyAsync(database, _issuer.Token(Alice, _time, static token => token.SigningCredentials = null))).Reason);
    }

    [Fact]
    public async Task A_clock_that_is_a_little_off_is_forgiven_and_an_old_token_is_not()
    {
        var database = Open(Signed);
        var token = _issuer.Token(Alice, _time);
        _time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(59));
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(database, token)).Status);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("token-expired", (await VerifyAsync(database, token)).Reason);
    }

    [Fact]
    public async Task A_new_key_is_fetched_when_a_token_has_it_but_not_for_every_invented_one()
    {
        var database = Open(Signed);
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(database, _issuer.Token(Alice, _time))).Status);
        _issuer.Rotate();
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(database, _issuer.Token(Alice, _time))).Status);
        Assert.Equal(2, _issuer.KeyReadings);
        using var invented = System.Security.Cryptography.RSA.Create(2048);
        var forged = new SigningCredentials(new RsaSecurityKey(invented) { KeyId = "third" }, SecurityAlgorithms.RsaSha256);
        for (var i = 0; i < 5; i++) Assert.Equal("token-signature", (await VerifyAsync(database, _issuer.Token(Alice, _time, token => token.SigningCredentials = forged))).Reason);
        Assert.Equal(2, _issuer.KeyReadings);
    }

    [Fact]
    public async Task Without_the_issuer_known_keys_go_on_counting_and_without_keys_nobody_can_tell()
    {
        var database = Open(Signed);
        _issuer.IsUp = false;
        Assert.Equal(PassDbStatus.InternalFailure, (await VerifyAsync(database, _issuer.Token(Alice, _time))).Status);
        _issuer.IsUp = true;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(database, _issuer.Token(Alice, _time))).Status);
        _issuer.IsUp = false;
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(database, _issuer.Token(Alice, _time))).Status);
    }

    [Fact]
    public async Task Keys_may_be_in_a_file()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var http = new HttpClient();
            await File.WriteAllTextAsync(path, await http.GetStringAsync(_issuer.Jwks));
            Assert.Equal(PassDbStatus.Match, (await VerifyAsync(Open(Signed with { Jwks = path }), _issuer.Token(Alice, _time))).Status);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task The_issuer_is_asked_about_opaque_tokens()
    {
        _issuer.Known["opaque"] = $$"""{"active":true,"email":"{{Alice}}","scope":"mail","aud":["x","mail"],"exp":{{_time.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds()}}}""";
        var options = new OAuth2Options
        {
            IntrospectionUrl = _issuer.Introspection,
            ClientId = TestIssuer.ClientId,
            ClientSecret = TestIssuer.ClientSecret,
            Audiences = List(TestIssuer.Audience),
            Scopes = List("mail"),
        };
        var database = Open(options);
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(database, "opaque")).Status);
        Assert.Equal("token-inactive", (await VerifyAsync(database, "other")).Reason);
        Assert.Equal(PassDbStatus.InternalFailure, (await VerifyAsync(Open(options with { ClientSecret = "wrong" }), "opaque")).Status);
        Assert.DoesNotContain(_log.Lines, static line => line.Contains("wrong", StringComparison.Ordinal) || line.Contains("opaque", StringComparison.Ordinal));
        _issuer.IsUp = false;
        Assert.Equal(PassDbStatus.InternalFailure, (await VerifyAsync(database, "opaque")).Status);
    }

    [Fact]
    public async Task A_signed_token_that_was_revoked_is_refused_where_the_issuer_is_asked_too()
    {
        var token = _issuer.Token(Alice, _time);
        var database = Open(Signed with { IntrospectionUrl = _issuer.Introspection, ClientId = TestIssuer.ClientId, ClientSecret = TestIssuer.ClientSecret });
        Assert.Equal("token-inactive", (await VerifyAsync(database, token)).Reason);
        _issuer.Known[token] = """{"active":true,"scope":"mail","aud":"mail"}""";
        Assert.Equal((PassDbStatus.Match, Alice), await VerifyAsync(database, token) is var result ? (result.Status, result.User!.Account) : default);
    }

    [Fact]
    public async Task Tokens_are_passwords_only_where_that_is_configured()
    {
        var token = Encoding.ASCII.GetBytes(_issuer.Token(Alice, _time));
        Assert.Equal(PassDbStatus.NotSupported, (await Open(Signed).VerifyAsync(AuthFixture.Query(Alice), token, default)).Status);
        var database = Open(Signed with { TakesPasswords = true });
        Assert.True(database.Capabilities.HasFlag(PassDbCapabilities.Password));
        Assert.Equal(PassDbStatus.Match, (await database.VerifyAsync(AuthFixture.Query(Alice), token, default)).Status);
    }

    private static FieldList List(params string[] names) => new(names.Select(static name => new KeyValuePair<string, string>(name, "")));

    private static string Changed(string token)
    {
        var parts = token.Split('.');
        parts[1] = Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("10M", "99G", StringComparison.Ordinal));
        return string.Join('.', parts);
    }

    private static Task<PassDbResult> VerifyAsync(OAuth2Db database, string token, string account = Alice) =>
        database.VerifyTokenAsync(AuthFixture.Query(account, "OAUTHBEARER"), Encoding.ASCII.GetBytes(token), default).AsTask();

    private OAuth2Db Open(OAuth2Options options)
    {
        var database = new OAuth2Db(options, _time, LoggerFactory.Create(logging => logging.AddProvider(_log)).CreateLogger<OAuth2Db>());
        _databases.Add(database);
        return database;
    }
}
