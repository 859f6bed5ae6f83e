using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Sasl;
using MailCluster.Auth.Sasl.Scram;

namespace MailCluster.Auth.Tests.Sasl;

/// <summary>SCRAM over a real passwd-file: what a client may do, and what it must not learn.</summary>
public sealed class ScramTests
{
    private static readonly byte[] EndPoint = SHA256.HashData("certificate"u8);
    private static readonly byte[] Exporter = SHA256.HashData("exporter"u8);

    private static readonly string[] All = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"];

    private static AuthFixture Fixture(string lines, params string[] mechanisms)
    {
        var fixture = new AuthFixture(options =>
        {
            options.Mechanisms = mechanisms.Length > 0 ? mechanisms : All;
            options.ScramSecret = "0123456789abcdef"u8.ToArray();
        });
        File.WriteAllText(fixture.Path, lines);
        return fixture;
    }

    private static AuthContext Tls => AuthFixture.Context() with { ChannelBindings = new Bindings() };

    private static HashAlgorithmName HashOf(string mechanism) => mechanism.Contains("SHA-1", StringComparison.Ordinal) ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;

    private static async Task<(SaslStep Last, string? ServerFinal)> RunAsync(
        AuthFixture fixture, string mechanism, ScramClient client, AuthContext? context = null, Func<string, string>? changeNonce = null)
    {
        context ??= AuthFixture.Context();
        var found = fixture.Get<SaslMechanismSet>().Find(Encoding.ASCII.GetBytes(mechanism), context);
        Assert.NotNull(found);
        using var exchange = found.Start(fixture.Authenticator, context);
        var step = await exchange.StepAsync(client.First(), default);
        if (step.Kind != SaslStepKind.Challenge) return (step, null);
        step = await exchange.StepAsync(client.Final(step.ChallengeBytes.Span, changeNonce), default);
        if (step.Kind != SaslStepKind.Challenge) return (step, null);
        var final = Encoding.ASCII.GetString(step.ChallengeBytes.Span);
        return (await exchange.StepAsync(Array.Empty<byte>(), default), final);
    }

    [Theory]
    [InlineData("SHA1", "QSXCR+Q6sek8bf92", 4096,
        "n=user,r=fyko+d2lbbFgONRv9qkxdawL,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j",
        "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ=")] // RFC 5802 §5
    [InlineData("SHA256", "W22ZaJ0SNY7soEsUEjb6gQ==", 4096,
        "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
        "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")] // RFC 7677 §3
    public void The_keys_are_those_of_the_documents(string name, string salt, int iterations, string signed, string proof, string serverSignature)
    {
        var hash = new HashAlgorithmName(name);
        var keys = ScramKeys.Derive(hash, "pencil"u8, Convert.FromBase64String(salt), iterations);
        var message = Encoding.ASCII.GetBytes(signed);
        var clientSignature = CryptographicOperations.HmacData(hash, keys.StoredKey, message);
        var clientKey = Convert.FromBase64String(proof).Zip(clientSignature, (a, b) => (byte)(a ^ b)).ToArray();
        Assert.Equal(keys.StoredKey, CryptographicOperations.HashData(hash, clientKey));
        Assert.Equal(serverSignature, Convert.ToBase64String(CryptographicOperations.HmacData(hash, keys.ServerKey, message)));
    }

    [Theory]
    // Made by Python's hashlib (doveadm 2.3.19 writes the rounds that it was asked for, and hashes with 4096), and by doveadm pw.
    [InlineData("SCRAM-SHA-256", "{SCRAM-SHA-256}10000,TBD3CkkQSj/G1LbAVpd8mw==,6aSsNoNpJ1H7LqYp/wErPE2JbUAdgL8q5vsuToJNvGw=,h3imuh7aJgB4p4f54KWPV7cL6Bk94JCXwSBkLDKQMJc=", 10000)]
    [InlineData("SCRAM-SHA-1", "{SCRAM-SHA-1}4096,nhXXsaKyMX/DIviivNh4CQ==,ehiSsBQdCYjPhEA1+yu+mAfSGiY=,4FclYCoVzGUy+YV4O+UxjV6jW+c=", 4096)]
    [InlineData("SCRAM-SHA-256", "{PLAIN}correct horse", 4096)]
    [InlineData("SCRAM-SHA-1", "{CLEARTEXT}correct horse", 4096)]
    [InlineData("SCRAM-SHA-1", "{PLAIN.b64}Y29ycmVjdCBob3JzZQ==", 4096)]
    public async Task Both_sides_prove_themselves(string mechanism, string stored, int iterations)
    {
        using var fixture = Fixture($"alice@example.com:{stored}\n");
        var client = new ScramClient("Alice@Example.com", "correct horse", HashOf(mechanism));
        var (last, serverFinal) = await RunAsync(fixture, mechanism, client);
        Assert.Equal("alice@example.com", last.Result?.Account);
        Assert.Equal(client.ExpectedServerFinal(), serverFinal);
        Assert.Equal(iterations, client.Iterations);
        (last, serverFinal) = await RunAsync(fixture, mechanism, new ScramClient("alice@example.com", "correct horsf", HashOf(mechanism)));
        Assert.Equal((AuthOutcome.Failed, null), (last.Result!.Outcome, serverFinal));
    }

    [Fact]
    public async Task A_stranger_does_not_learn_which_names_exist()
    {
        const string lines = "alice@example.com:{SCRAM-SHA-256}10000,TBD3CkkQSj/G1LbAVpd8mw==,6aSsNoNpJ1H7LqYp/wErPE2JbUAdgL8q5vsuToJNvGw=,h3imuh7aJgB4p4f54KWPV7cL6Bk94JCXwSBkLDKQMJc=\n";
        using var one = Fixture(lines);
        using var other = Fixture(lines); // Another node, or the same one after a restart.
        var asked = new List<(string Salt, int Iterations)>();
        foreach (var fixture in new[] { one, one, other })
        {
            var client = new ScramClient("nobody@example.com", "x", HashAlgorithmName.SHA256);
            var (last, _) = await RunAsync(fixture, "SCRAM-SHA-256", client);
            Assert.Equal(AuthOutcome.Failed, last.Result!.Outcome);
            asked.Add((client.Salt, client.Iterations));
        }
        Assert.Single(asked.Distinct());
        Assert.Equal((24, 10000), (asked[0].Salt.Length, asked[0].Iterations)); // As a real one's.
        var another = new ScramClient("somebody@example.com", "x", HashAlgorithmName.SHA256);
        await RunAsync(one, "SCRAM-SHA-256", another);
        Assert.NotEqual(asked[0].Salt, another.Salt);
        Assert.Contains(one.Log.Lines, line => line.Contains("user=<nobody@example.com> method=SCRAM-SHA-256", StringComparison.Ordinal)
            && line.Contains("reason=unknown-user", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_account_whose_hash_cannot_serve_fails_like_a_wrong_password()
    {
        using var fixture = Fixture("alice@example.com:{SSHA256}0hJvnJrn389Ik7M3OR+qOZl6NBsSet72zG2p4yy6GwEBAgME\n");
        var (last, _) = await RunAsync(fixture, "SCRAM-SHA-256", new ScramClient("alice@example.com", "correct horse", HashAlgorithmName.SHA256));
        Assert.Equal((AuthOutcome.Failed, "no-scram-credentials"), (last.Result!.Outcome, last.Result.Reason));
    }

    [Fact]
    public async Task A_damaged_entry_is_a_temporary_failure()
    {
        using var fixture = Fixture("alice@example.com:{SCRAM-SHA-256}4096,AAAA\n");
        var (last, _) = await RunAsync(fixture, "SCRAM-SHA-256", new ScramClient("alice@example.com", "x", HashAlgorithmName.SHA256));
        Assert.Equal(AuthOutcome.TemporaryFailure, last.Result!.Outcome);
    }

    [Theory]
    [InlineData("tls-exporter")]
    [InlineData("tls-server-end-point")]
    public async Task Plus_binds_to_the_connection(string type)
    {
        using var fixture = Fixture("alice@example.com:{PLAIN}pencil\n");
        var right = type == "tls-exporter" ? Exporter : EndPoint;
        ScramClient Client(byte[] binding) => new("alice@example.com", "pencil", HashAlgorithmName.SHA256) { Header = $"p={type},,", Binding = binding };
        var (last, _) = await RunAsync(fixture, "SCRAM-SHA-256-PLUS", Client(right), Tls);
        Assert.True(last.Result!.IsSuccess);
        // Somebody in the middle: the client has another connection than the server.
        (last, _) = await RunAsync(fixture, "SCRAM-SHA-256-PLUS", Client(SHA256.HashData("elsewhere"u8)), Tls);
        Assert.Equal("channel-binding-mismatch", last.Result!.Reason);
    }

    [Theory]
    [InlineData("SCRAM-SHA-256", "y,,", true, "channel-binding-downgrade")]
    [InlineData("SCRAM-SHA-256", "y,,", false, null)] // Nothing was offered that could have been taken away.
    [InlineData("SCRAM-SHA-256", "n,,", true, null)]
    [InlineData("SCRAM-SHA-256", "p=tls-exporter,,", true, "channel-binding-mismatch")]
    [InlineData("SCRAM-SHA-256-PLUS", "n,,", true, "channel-binding-mismatch")]
    [InlineData("SCRAM-SHA-256-PLUS", "y,,", true, "channel-binding-mismatch")]
    [InlineData("SCRAM-SHA-256-PLUS", "p=tls-unique,,", true, "channel-binding-unsupported")]
    public async Task The_flag_of_the_client_must_fit(string mechanism, string header, bool isBindable, string? reason)
    {
        using var fixture = Fixture("alice@example.com:{PLAIN}pencil\n");
        var client = new ScramClient("alice@example.com", "pencil", HashAlgorithmName.SHA256) { Header = header };
        var (last, _) = await RunAsync(fixture, mechanism, client, isBindable ? Tls : AuthFixture.Context());
        Assert.Equal((reason is null, reason ?? "ok"), (last.Result!.IsSuccess, last.Result.Reason));
    }

    [Theory]
    [InlineData("n,a=alice@example.com,", AuthOutcome.Success)]
    [InlineData("n,a=bob@example.com,", AuthOutcome.NotAuthorized)]
    public async Task An_authorization_identity_is_checked_after_the_proof(string header, AuthOutcome outcome)
    {
        using var fixture = Fixture("alice@example.com:{PLAIN}pencil\nbob@example.com:{PLAIN}x\n");
        var (last, final) = await RunAsync(
            fixture, "SCRAM-SHA-1", new ScramClient("alice@example.com", "pencil", HashAlgorithmName.SHA1) { Header = header });
        Assert.Equal((outcome, outcome == AuthOutcome.Success), (last.Result!.Outcome, final is not null));
    }

    [Fact]
    public async Task A_replayed_or_foreign_nonce_fails()
    {
        using var fixture = Fixture("alice@example.com:{PLAIN}pencil\n");
        foreach (var change in new Func<string, string>[] { nonce => nonce[..^1] + (nonce[^1] == 'A' ? 'B' : 'A'), _ => "fyko+d2lbbFgONRv9qkxdawL", nonce => nonce + "x" })
        {
            var (last, _) = await RunAsync(
                fixture, "SCRAM-SHA-256", new ScramClient("alice@example.com", "pencil", HashAlgorithmName.SHA256), null, change);
            Assert.Equal("nonce-mismatch", last.Result!.Reason);
        }
    }

    [Fact]
    public async Task Nologin_is_told_only_after_the_proof()
    {
        using var fixture = Fixture("alice@example.com:{PLAIN}pencil::::::nologin reason=Later\n");
        var (last, _) = await RunAsync(fixture, "SCRAM-SHA-256", new ScramClient("alice@example.com", "wrong", HashAlgorithmName.SHA256));
        Assert.Equal(AuthOutcome.Failed, last.Result!.Outcome);
        (last, _) = await RunAsync(fixture, "SCRAM-SHA-256", new ScramClient("alice@example.com", "pencil", HashAlgorithmName.SHA256));
        Assert.Equal((AuthOutcome.Disabled, "Later"), (last.Result!.Outcome, last.Result.ClientText));
    }

    [Theory]
    [InlineData("")]
    [InlineData("n=user,r=abc")]
    [InlineData("n,n=user,r=abc")]
    [InlineData("x,,n=user,r=abc")]
    [InlineData("p=,,n=user,r=abc")]
    [InlineData("p=tls unique,,n=user,r=abc")]
    [InlineData("n,b=alice,n=user,r=abc")]
    [InlineData("n,,m=ext,n=user,r=abc")]
    [InlineData("n,,n=user,r=abc,m=ext")]
    [InlineData("n,,n=,r=abc")]
    [InlineData("n,,n=us=er,r=abc")]
    [InlineData("n,,n=us=2c,r=abc")]
    [InlineData("n,,n=user,r=")]
    [InlineData("n,,n=user,r=a b")]
    [InlineData("n,,r=abc,n=user")]
    [InlineData("n,,n=user,r=abc,x")]
    public async Task What_is_not_a_first_message_is_malformed(string message)
    {
        using var fixture = Fixture("alice@example.com:{PLAIN}pencil\n");
        using var exchange = fixture.Get<SaslMechanismSet>().Find("SCRAM-SHA-1"u8, AuthFixture.Context())!.Start(fixture.Authenticator, AuthFixture.Context());
        Assert.Equal(SaslStepKind.Malformed, (await exchange.StepAsync(Encoding.UTF8.GetBytes(message), default)).Kind);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await exchange.StepAsync(Encoding.UTF8.GetBytes(message), default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c=biws,r=x")]
    [InlineData("r=x,c=biws,p=AAAA")]
    [InlineData("c=bi ws,r=x,p=AAAA")]
    [InlineData("c=biws,r=x,p=AAA")]
    [InlineData("c=biws,r=x,p=")]
    [InlineData("c=,r=x,p=AAAA")]
    [InlineData("c=biws,r=x,m=1,p=AAAA")]
    public async Task What_is_not_a_final_message_is_malformed(string message)
    {
        using var fixture = Fixture("alice@example.com:{PLAIN}pencil\n");
        using var exchange = fixture.Get<SaslMechanismSet>().Find("SCRAM-SHA-1"u8, AuthFixture.Context())!.Start(fixture.Authenticator, AuthFixture.Context());
        await exchange.StepAsync("n,,n=alice@example.com,r=abc"u8.ToArray(), default);
        Assert.Equal(SaslStepKind.Malformed, (await exchange.StepAsync(Encoding.UTF8.GetBytes(message), default)).Kind);
    }

    [Fact]
    public void What_is_offered_follows_the_connection()
    {
        using var fixture = Fixture("alice@example.com:{PLAIN}pencil\n");
        var set = fixture.Get<SaslMechanismSet>();
        Assert.Equal(All, set.Offered(Tls).Select(m => m.Name));
        Assert.Equal(["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"], set.Offered(AuthFixture.Context()).Select(m => m.Name));
        Assert.Equal(["SCRAM-SHA-256", "SCRAM-SHA-1"], set.Offered(AuthFixture.Context(secure: false)).Select(m => m.Name));
        Assert.Null(set.Find("SCRAM-SHA-256-PLUS"u8, AuthFixture.Context()));
    }

    [Theory]
    [InlineData("I\u00adX", "IX")] // RFC 4013 §3
    [InlineData("user", "user")]
    [InlineData("USER", "USER")]
    [InlineData("a\u00a0b", "a b")]
    [InlineData("\u0007", null)]
    [InlineData("a\ue000", null)]
    public void Saslprep_is_that_of_its_document(string text, string? prepared) => Assert.Equal(prepared, SaslPrep.Prepare(text));

    private sealed class Bindings : IChannelBindings
    {
        public ReadOnlyMemory<byte> Find(string type) => type switch
        {
            "tls-exporter" => Exporter,
            "tls-server-end-point" => EndPoint,
            _ => default,
        };
    }
}
