using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Abuse;
using MailCluster.Auth.Penalty;
using MailCluster.Auth.Sasl;

namespace MailCluster.Auth.Tests.Abuse;

/// <summary>A stale password where the password itself is not seen, and somebody who guesses that way.</summary>
public sealed class StaleProofTests : IDisposable
{
    private const int BanFailures = 8;
    private static readonly IPAddress s_client = IPAddress.Parse("192.0.2.1");
    private readonly AuthFixture _fixture;

    public StaleProofTests()
    {
        _fixture = new AuthFixture(options =>
        {
            options.Mechanisms = ["CRAM-MD5", "SCRAM-SHA-256", "PLAIN"];
            options.Abuse = new AbuseOptions { BanFailures = BanFailures, Allowed = [] };
        });
        File.WriteAllText(_fixture.Path, "alice@example.com:{PLAIN}correct horse\n");
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_phone_that_repeats_a_stale_password_for_a_day_is_not_banned()
    {
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            await AnswerAsync("alice@example.com", "stale");
            _fixture.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.False(Bans.IsBanned(s_client));
    }

    [Fact]
    public async Task Nor_are_the_connections_that_it_opens_at_once()
    {
        for (var connection = 0; connection < ProofAllowance.Failures; connection++) await AnswerAsync("alice@example.com", "stale");
        Assert.Equal(1, Failures());
    }

    [Fact]
    public async Task Whoever_tries_one_account_faster_than_that_is()
    {
        for (var guess = 0; guess < ProofAllowance.Failures + BanFailures - 2; guess++) await AnswerAsync("alice@example.com", $"guess{guess}");
        Assert.False(Bans.IsBanned(s_client));
        await AnswerAsync("alice@example.com", "another");
        Assert.True(Bans.IsBanned(s_client));
        Assert.Equal(1, Measure("mailcluster.auth.bans"));
        Assert.Equal(1, Measure("mailcluster.auth.bans.made"));
        Assert.Equal(0, Measure("mailcluster.auth.bans.unstored"));
        _fixture.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(0, Measure("mailcluster.auth.bans"));
        Assert.Equal(1, Measure("mailcluster.auth.bans.made"));
    }

    [Fact]
    public async Task And_whoever_goes_through_names()
    {
        for (var name = 0; name < BanFailures - 1; name++) await AnswerAsync($"u{name}@example.com", "guess");
        Assert.False(Bans.IsBanned(s_client));
        await AnswerAsync("alice@example.com", "guess");
        Assert.True(Bans.IsBanned(s_client));
    }

    [Fact]
    public void The_growing_delay_takes_them_for_one_failure_too()
    {
        using var penalty = new FailurePenalty(new AuthOptions(), _fixture.Time, new NoNeighbours());
        var proofs = new ProofAllowance(_fixture.Time);
        Assert.True(proofs.MayRepeat(s_client, "alice"));
        for (var failure = 1; failure < ProofAllowance.Failures; failure++) Assert.True(proofs.MayRepeat(s_client, "Alice"));
        Assert.False(proofs.MayRepeat(s_client, "alice"));
        Assert.True(proofs.MayRepeat(s_client, "bob"));
        Assert.True(proofs.MayRepeat(IPAddress.Parse("192.0.2.2"), "alice"));
        _fixture.Time.Advance(ProofAllowance.Within);
        Assert.True(proofs.MayRepeat(s_client, "alice"));

        for (var failure = 0; failure < 5; failure++) penalty.Failed(s_client, penalty.Fingerprint("alice", default));
        Assert.Equal(TimeSpan.FromSeconds(2), penalty.DelayFor(s_client));
    }

    private BanList Bans => _fixture.Get<BanList>();

    private async Task AnswerAsync(string user, string password)
    {
        using var exchange = _fixture.Get<SaslMechanismSet>().Find("CRAM-MD5"u8, AuthFixture.Context())!.Start(_fixture.Authenticator, AuthFixture.Context());
        var challenge = (await exchange.StepAsync(null, default)).ChallengeBytes;
        var digest = Convert.ToHexStringLower(HMACMD5.HashData(Encoding.UTF8.GetBytes(password), challenge.Span));
        Assert.Equal(AuthOutcome.Failed, (await exchange.StepAsync(Encoding.UTF8.GetBytes($"{user} {digest}"), default)).Result!.Outcome);
    }

    /// <summary>How many more failures it takes to a ban tells how many were counted.</summary>
    private int Failures()
    {
        for (var more = 1; ; more++)
        {
            _fixture.Get<FailureLedger>().Failed(s_client, "alice@example.com", (ulong)more);
            if (Bans.IsBanned(s_client)) return BanFailures - more;
        }
    }

    private double Measure(string instrument)
    {
        var value = double.NaN;
        // Made with the container's other singletons, since every attempt is counted.
        var metrics = _fixture.Get<AuthMetrics>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (published, self) =>
        {
            if (published.Name == instrument && ReferenceEquals(published.Meter, metrics.Meter)) self.EnableMeasurementEvents(published);
        };
        listener.SetMeasurementEventCallback<int>((_, measured, _, _) => value = measured);
        listener.SetMeasurementEventCallback<long>((_, measured, _, _) => value = measured);
        listener.Start();
        listener.RecordObservableInstruments();
        return value;
    }
}
