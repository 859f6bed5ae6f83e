using System.Text;
using MailCluster.Auth.Sasl;

namespace MailCluster.Auth.Tests;

public sealed class SaslTests
{
    private sealed class Recorder : IAuthenticator
    {
        public AuthRequest? Request { get; private set; }

        public ValueTask<AuthResult> AuthenticateAsync(AuthRequest request, CancellationToken cancellationToken)
        {
            Request = request;
            return ValueTask.FromResult(AuthResult.Succeeded("alice", new Dictionary<string, string>()));
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Theory]
    [InlineData("\0alice\0secret", null, "alice", "secret")]
    [InlineData("alice\0alice\0secret", "alice", "alice", "secret")]
    [InlineData("Ursel\0Kurt\0xipj3plmq", "Ursel", "Kurt", "xipj3plmq")] // RFC 4616 §4
    [InlineData("\0tim\0tanstaaftanstaaf", null, "tim", "tanstaaftanstaaf")] // RFC 4616 §4
    [InlineData("\0jürgen\0pä ss", null, "jürgen", "pä ss")]
    public async Task Plain_reads_its_three_parts(string message, string? authzid, string user, string password)
    {
        var recorder = new Recorder();
        using var exchange = new PlainMechanism().Start(recorder, AuthFixture.Context());
        var step = await exchange.StepAsync(Bytes(message), default);
        Assert.Equal(SaslStepKind.Done, step.Kind);
        Assert.True(step.Result!.IsSuccess);
        Assert.Equal(
            (authzid, user, password),
            (recorder.Request!.AuthorizationId, recorder.Request.Username, Encoding.UTF8.GetString(recorder.Request.Password.Span)));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await exchange.StepAsync(Bytes(message), default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("alice\0secret")]
    [InlineData("\0\0secret")]
    [InlineData("\0alice\0")]
    [InlineData("\0alice\0sec\0ret")]
    [InlineData("\0alice\0secret\0")]
    public async Task Plain_refuses_what_is_not_plain(string message)
    {
        var recorder = new Recorder();
        using var exchange = new PlainMechanism().Start(recorder, AuthFixture.Context());
        Assert.Equal(SaslStepKind.Malformed, (await exchange.StepAsync(Bytes(message), default)).Kind);
        Assert.Null(recorder.Request);
    }

    [Fact]
    public async Task Plain_without_initial_response_is_asked_once()
    {
        using var exchange = new PlainMechanism().Start(new Recorder(), AuthFixture.Context());
        var first = await exchange.StepAsync(null, default);
        Assert.Equal(SaslStepKind.Challenge, first.Kind);
        Assert.True(first.ChallengeBytes.IsEmpty);
        Assert.Equal(SaslStepKind.Done, (await exchange.StepAsync(Bytes("\0alice\0secret"), default)).Kind);
    }

    [Fact]
    public async Task Plain_refuses_bad_utf8_and_long_parts()
    {
        async Task<SaslStepKind> Try(byte[] message)
        {
            using var exchange = new PlainMechanism().Start(new Recorder(), AuthFixture.Context());
            return (await exchange.StepAsync(message, default)).Kind;
        }
        Assert.Equal(SaslStepKind.Malformed, await Try([0, 0xff, 0xfe, 0, (byte)'x']));
        Assert.Equal(SaslStepKind.Malformed, await Try(Bytes("\0" + new string('a', 256) + "\0x")));
        Assert.Equal(SaslStepKind.Done, await Try(Bytes("\0" + new string('a', 255) + "\0x")));
        Assert.Equal(SaslStepKind.Malformed, await Try(Bytes("\0a\0" + new string('x', 1025))));
        Assert.Equal(SaslStepKind.Done, await Try(Bytes("\0a\0" + new string('x', 1024))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Login_asks_for_name_and_password(bool initialResponse)
    {
        var recorder = new Recorder();
        using var exchange = new LoginMechanism().Start(recorder, AuthFixture.Context());
        if (!initialResponse) Assert.Equal(
            "Username:", Encoding.ASCII.GetString((await exchange.StepAsync(null, default)).ChallengeBytes.Span));
        Assert.Equal("Password:", Encoding.ASCII.GetString((await exchange.StepAsync(Bytes("alice"), default)).ChallengeBytes.Span));
        Assert.Equal(SaslStepKind.Done, (await exchange.StepAsync(Bytes("secret"), default)).Kind);
        Assert.Equal(
            ("alice", "secret", "LOGIN"),
            (recorder.Request!.Username, Encoding.UTF8.GetString(recorder.Request.Password.Span), recorder.Request.Mechanism));
    }

    [Fact]
    public void What_is_offered_follows_tls()
    {
        var strict = SaslMechanismSet.Default(allowPlaintext: false);
        Assert.Empty(strict.Offered(isSecure: false));
        Assert.Equal(["PLAIN", "LOGIN"], strict.Offered(isSecure: true).Select(m => m.Name));
        Assert.Null(strict.Find("PLAIN"u8, isSecure: false));
        Assert.True(strict.NeedsPrivacy("plain"u8));
        Assert.False(strict.NeedsPrivacy("NOSUCH"u8));
        Assert.Equal("LOGIN", strict.Find("login"u8, isSecure: true)!.Name);
        Assert.Equal(2, SaslMechanismSet.Default(allowPlaintext: true).Offered(isSecure: false).Count);
    }

    [Theory]
    [InlineData(20260101)]
    [InlineData(7)]
    public async Task Random_messages_never_throw_and_always_end(int seed)
    {
        var random = new Random(seed);
        var alphabet = new byte[] { 0, 0, 0, (byte)'a', (byte)'@', 0xff, 0xc3, 0xa4, (byte)'\r', (byte)'\n', 0x80 };
        foreach (var mechanism in new SaslMechanism[] { new PlainMechanism(), new LoginMechanism() })
        {
            for (var i = 0; i < 5000; i++)
            {
                using var exchange = mechanism.Start(new Recorder(), AuthFixture.Context());
                var kind = SaslStepKind.Challenge;
                var steps = 0;
                while (kind == SaslStepKind.Challenge)
                {
                    var message = new byte[random.Next(0, i % 50 == 0 ? 3000 : 12)];
                    for (var j = 0; j < message.Length; j++)
                        message[j] = random.Next(4) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
                    kind = (await exchange.StepAsync(steps == 0 && random.Next(3) == 0 ? null : message, default)).Kind;
                    Assert.True(++steps <= 3, $"seed {seed}, case {i}: the exchange goes on");
                }
            }
        }
    }
}
