using System.Text;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Tests;

public sealed class AuthenticatorTests
{
    [Fact]
    public async Task Outcomes_and_reasons()
    {
        using var auth = new AuthFixture();
        await File.WriteAllTextAsync(auth.Path, "alice:{PLAIN}secret::::::userdb_x=1\nold:{PLAIN}secret::::::nologin reason=moved\nlocked:!{PLAIN}secret\nbad:{NOSUCH}x\nnone:\n");
        var result = await auth.LoginAsync("ALICE", "secret");
        Assert.Equal((AuthOutcome.Success, "alice", "1"), (result.Outcome, result.Account, result.Fields["userdb_x"]));
        Assert.Equal((AuthOutcome.Failed, "password-mismatch"), await Short(auth.LoginAsync("alice", "Secret")));
        Assert.Equal((AuthOutcome.Failed, "unknown-user"), await Short(auth.LoginAsync("nobody", "secret")));
        Assert.Equal((AuthOutcome.Failed, "bad-user-name"), await Short(auth.LoginAsync("no body", "secret")));
        Assert.Equal((AuthOutcome.Failed, "unknown-user"), await Short(auth.LoginAsync("alice", "")));
        Assert.Equal((AuthOutcome.Failed, "unknown-user"), await Short(auth.LoginAsync("locked", "secret")));
        Assert.Equal((AuthOutcome.Failed, "unknown-user"), await Short(auth.LoginAsync("none", "x")));
        Assert.Equal((AuthOutcome.TemporaryFailure, "internal-failure"), await Short(auth.LoginAsync("bad", "x")));
        Assert.Equal((AuthOutcome.PrivacyRequired, "plaintext-refused"), await Short(auth.LoginAsync("alice", "secret", secure: false)));
        Assert.Equal((AuthOutcome.Failed, "password-mismatch"), await Short(auth.LoginAsync("old", "wrong")));
        Assert.Equal("moved", (await auth.LoginAsync("old", "secret")).ClientText);
        Assert.Equal((AuthOutcome.Success, "ok"), await Short(auth.LoginAsync("alice", "secret", authzid: "Alice")));
        Assert.Equal((AuthOutcome.NotAuthorized, "authzid-refused"), await Short(auth.LoginAsync("alice", "secret", authzid: "bob")));
        Assert.Equal((AuthOutcome.Failed, "password-mismatch"), await Short(auth.LoginAsync("alice", "wrong", authzid: "bob")));

        static async Task<(AuthOutcome, string)> Short(Task<AuthResult> task)
        {
            var result = await task;
            return (result.Outcome, result.Reason);
        }
    }

    [Fact]
    public async Task Plaintext_is_taken_when_allowed()
    {
        using var auth = new AuthFixture(o => o.AllowPlaintext = true);
        await auth.AddAsync("alice", "secret", "PLAIN");
        Assert.True((await auth.LoginAsync("alice", "secret", secure: false)).IsSuccess);
    }

    [Fact]
    public async Task An_unknown_user_costs_a_slow_hash_as_a_wrong_password_does()
    {
        using var auth = new AuthFixture();
        // No account at all: the stand-in is made with the default scheme.
        await auth.LoginAsync("nobody", "x");
        Assert.Equal(1, auth.Hashing.SlowHashes);
        await auth.AddAsync("alice", "secret", "SHA512-CRYPT");
        var before = auth.Hashing.SlowHashes;
        await auth.LoginAsync("alice", "wrong");
        await auth.LoginAsync("nobody", "wrong");
        await auth.LoginAsync("no body", "wrong");
        await auth.LoginAsync("alice", "wrong");
        await auth.LoginAsync("nobody", "wrong");
        Assert.Equal(before + 5, auth.Hashing.SlowHashes);
    }

    [Fact]
    public async Task A_repeated_login_pays_the_hash_once_until_it_is_old()
    {
        using var auth = new AuthFixture(o => o.CacheTtl = TimeSpan.FromMinutes(10));
        await auth.AddAsync("alice", "secret");
        var before = auth.Hashing.SlowHashes;
        for (var i = 0; i < 3; i++) Assert.True((await auth.LoginAsync("alice", "secret")).IsSuccess);
        Assert.Equal(before + 1, auth.Hashing.SlowHashes);
        for (var i = 0; i < 2; i++) Assert.False((await auth.LoginAsync("alice", "Secret")).IsSuccess);
        Assert.Equal(before + 3, auth.Hashing.SlowHashes);
        auth.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.True((await auth.LoginAsync("alice", "secret")).IsSuccess);
        Assert.Equal(before + 4, auth.Hashing.SlowHashes);
    }

    [Fact]
    public async Task A_changed_password_is_noticed_at_once()
    {
        using var auth = new AuthFixture();
        await auth.AddAsync("alice", "one");
        Assert.True((await auth.LoginAsync("alice", "one")).IsSuccess);
        await auth.File.SetPasswordAsync("alice", "two"u8.ToArray(), null, default);
        Assert.False((await auth.LoginAsync("alice", "one")).IsSuccess);
        Assert.True((await auth.LoginAsync("alice", "two")).IsSuccess);
        await auth.File.DeleteAsync("alice", default);
        Assert.False((await auth.LoginAsync("alice", "two")).IsSuccess);
    }

    [Fact]
    public void The_cache_is_bounded_and_keeps_what_is_used()
    {
        var time = new MailCluster.Testing.ManualTimeProvider();
        var cache = new VerifiedPasswordCache(100, TimeSpan.FromHours(1), time);
        var used = cache.KeyOf("{X}stored", "password"u8);
        cache.Add(used);
        for (var i = 0; i < 1000; i++)
        {
            cache.Add(cache.KeyOf("{X}stored", Encoding.ASCII.GetBytes($"p{i}")));
            Assert.True(cache.Contains(used));
            Assert.InRange(cache.Count, 1, 100);
        }
        Assert.False(cache.Contains(cache.KeyOf("{X}store", "dpassword"u8)));
        Assert.False(cache.Contains(cache.KeyOf("{X}stored", "p0"u8)));
        cache.Clear();
        Assert.False(cache.Contains(used));
    }

    [Fact]
    public async Task A_failure_waits_and_a_failing_address_waits_longer_each_time()
    {
        using var auth = Slowed(TimeSpan.FromSeconds(2));
        await File.WriteAllTextAsync(auth.Path, "alice:{PLAIN}secret\n");
        foreach (var expected in new[] { 2, 4, 6, 10, 17, 17 })
            Assert.Equal(expected, await SecondsAsync(auth, auth.LoginAsync("alice", $"wrong{expected}{auth.Time.GetTimestamp()}")));
        // Somebody else is not concerned, the same /48 of IPv6 is one, and a right password of the failing address waits too.
        Assert.Equal(0, await SecondsAsync(auth, auth.LoginAsync("alice", "secret", "192.0.2.2")));
        Assert.Equal(15, await SecondsAsync(auth, auth.LoginAsync("alice", "secret", "::ffff:192.0.2.1")));
        Assert.Equal(0, await SecondsAsync(auth, auth.LoginAsync("alice", "secret")));
        Assert.Equal(2, await SecondsAsync(auth, auth.LoginAsync("alice", "w", "2001:db8:1:2::1")));
        Assert.Equal(4, await SecondsAsync(auth, auth.LoginAsync("alice", "w2", "2001:db8:1:3::1")));
        Assert.Equal(2, await SecondsAsync(auth, auth.LoginAsync("alice", "w2", "2001:db8:2:3::1")));
    }

    [Fact]
    public async Task A_stale_password_repeated_is_not_guessing_and_an_hour_forgives()
    {
        using var auth = Slowed(TimeSpan.FromSeconds(1));
        await File.WriteAllTextAsync(auth.Path, "alice:{PLAIN}secret\n");
        Assert.Equal(1, await SecondsAsync(auth, auth.LoginAsync("alice", "stale")));
        for (var i = 0; i < 5; i++) Assert.Equal(3, await SecondsAsync(auth, auth.LoginAsync("alice", "stale")));
        Assert.Equal(3, await SecondsAsync(auth, auth.LoginAsync("alice", "other")));
        Assert.Equal(5, await SecondsAsync(auth, auth.LoginAsync("alice", "stale")));
        auth.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, await SecondsAsync(auth, auth.LoginAsync("alice", "stale")));
    }

    [Fact]
    public async Task Exempt_networks_are_never_slowed()
    {
        using var auth = Slowed(TimeSpan.Zero, "192.0.2.0/24");
        await File.WriteAllTextAsync(auth.Path, "alice:{PLAIN}secret\n");
        for (var i = 0; i < 4; i++) Assert.Equal(0, await SecondsAsync(auth, auth.LoginAsync("alice", $"w{i}")));
    }

    [Fact]
    public async Task A_connection_that_leaves_stops_waiting()
    {
        using var auth = Slowed(TimeSpan.FromSeconds(2));
        using var gone = new CancellationTokenSource();
        var request = new AuthRequest
        {
            Context = AuthFixture.Context(),
            Mechanism = "PLAIN",
            Username = "nobody", // Costs what alice's plain text does, nothing, so that the wait is armed on return.
            Password = "x"u8.ToArray(),
        };
        await File.WriteAllTextAsync(auth.Path, "alice:{PLAIN}secret\n");
        var authenticator = auth.Authenticator;
        var before = auth.Time.ArmedTimers;
        var task = authenticator.AuthenticateAsync(request, gone.Token).AsTask();
        Assert.Equal(before + 1, auth.Time.ArmedTimers);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.Equal(before, auth.Time.ArmedTimers);
    }

    [Fact]
    public async Task The_failure_line_is_stable_and_cannot_be_forged()
    {
        using var auth = new AuthFixture();
        await File.WriteAllTextAsync(auth.Path, "alice:{PLAIN}secret\n");
        await auth.LoginAsync("alice@x", "w");
        var told = Assert.Single(auth.Log.Entries, static entry => entry.EventId == 1600);
        Assert.Equal(
            "auth failed: user=<alice@x> method=PLAIN rip=192.0.2.1 lip=192.0.2.99 reason=unknown-user protocol=imap secure=yes session=<s1>", told.Text);
        await auth.LoginAsync("a> rip=1.2.3.4 \r\n\u202e" + new string('x', 300), "w");
        var line = auth.Log.Lines[^1];
        Assert.Contains("user=<a\\x3e\\x20rip=1.2.3.4\\x20\\x0d\\x0a\\u202exxx", line, StringComparison.Ordinal);
        Assert.Contains("x...> method", line, StringComparison.Ordinal);
        Assert.DoesNotContain(auth.Log.Lines, l => l.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task More_waiting_checks_than_allowed_end_as_busy_and_not_as_wrong()
    {
        using var auth = new AuthFixture(o =>
        {
            o.HashConcurrencyMax = 1;
            o.HashQueueMax = 1;
        });
        await auth.AddAsync("alice", "secret");
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => auth.LoginAsync("alice", "secret"))));
        Assert.All(results, r => Assert.True(r.IsSuccess || r is { Outcome: AuthOutcome.TemporaryFailure, Reason: "busy" }));
        Assert.Contains(results, r => r.IsSuccess);
        Assert.True((await auth.LoginAsync("alice", "secret")).IsSuccess);
    }

    [Fact]
    public void Impossible_options_are_named()
    {
        foreach (var (options, name) in new (AuthOptions, string)[]
                 {
                     (new() { Argon2MemoryKiB = 4 }, nameof(AuthOptions.Argon2MemoryKiB)),
                     (new() { FailureDelay = TimeSpan.FromHours(1) }, nameof(AuthOptions.FailureDelay)),
                     (new() { Mechanisms = ["NTLM"] }, nameof(AuthOptions.Mechanisms)),
                     (new() { PenaltyExemptNetworks = ["nonsense"] }, nameof(AuthOptions.PenaltyExemptNetworks)),
                 })
            Assert.Contains(name, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }

    private static AuthFixture Slowed(TimeSpan failureDelay, params string[] exempt) => new(o =>
    {
        o.FailureDelay = failureDelay;
        o.PenaltyEnabled = true;
        o.PenaltyExemptNetworks = exempt;
    });

    /// <summary>
    /// Seconds of the manual clock that pass until the attempt ends. Plain-text passwords are checked synchronously, so the wait is armed
    /// on return.
    /// </summary>
    private static async Task<int> SecondsAsync(AuthFixture auth, Task<AuthResult> login)
    {
        var seconds = 0;
        while (!login.IsCompleted)
        {
            Assert.True(auth.Time.ArmedTimers > 0 || login.IsCompleted, "waiting for something that is not the clock");
            auth.Time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
            // The continuation of a delay may run on another thread.
            while (auth.Time.ArmedTimers == 0 && !login.IsCompleted) await Task.Yield();
        }
        await login;
        return seconds;
    }
}
