using System.Net;
using System.Text;
using MailCluster.Auth.Cache;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Users;
using MailCluster.Testing;

namespace MailCluster.Auth.Tests;

public sealed class AuthCacheTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Directory _directory = new();
    private readonly AuthOptions _options = new() { CacheEntriesMax = 64, CacheTtl = TimeSpan.FromHours(1), CacheNegativeTtl = TimeSpan.FromMinutes(1) };
    private readonly AuthCache _cache;
    private readonly CachedPassDb _cached;

    public AuthCacheTests()
    {
        _cache = new AuthCache(_options, _time);
        _cached = new CachedPassDb(_directory, "ldap-0", _cache);
        _directory.Passwords["alice"] = "old";
    }

    [Fact]
    public async Task A_password_that_matched_is_not_asked_for_again_until_its_time()
    {
        for (var i = 0; i < 3; i++) Assert.Equal(PassDbStatus.Match, await TryAsync("alice", "old"));
        Assert.Equal(1, _directory.Asked);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(PassDbStatus.Match, await TryAsync("alice", "old"));
        Assert.Equal(2, _directory.Asked);
        Assert.Equal((2L, 2L), (_cache.PositiveHits, _cache.Misses));
    }

    [Fact]
    public async Task A_changed_password_counts_at_once_and_ends_the_old_one()
    {
        await TryAsync("alice", "old");
        Assert.Equal(PassDbStatus.Mismatch, await TryAsync("alice", "new"));
        _directory.Passwords["alice"] = "newer";
        Assert.Equal(PassDbStatus.Match, await TryAsync("alice", "newer"));
        Assert.Equal(PassDbStatus.Mismatch, await TryAsync("alice", "old")); // The entry is the new one's: the directory was asked.
    }

    [Fact]
    public async Task A_wrong_password_does_not_push_out_the_right_one()
    {
        await TryAsync("alice", "old");
        for (var i = 0; i < 20; i++) Assert.Equal(PassDbStatus.Mismatch, await TryAsync("alice", $"guess{i}"));
        var asked = _directory.Asked;
        Assert.Equal(PassDbStatus.Match, await TryAsync("alice", "old"));
        Assert.Equal(asked, _directory.Asked);
    }

    [Fact]
    public async Task A_stale_password_that_is_repeated_asks_once_a_minute()
    {
        for (var i = 0; i < 5; i++) Assert.Equal(PassDbStatus.Mismatch, await TryAsync("alice", "stale"));
        Assert.Equal(1, _directory.Asked);
        _time.Advance(TimeSpan.FromMinutes(1));
        await TryAsync("alice", "stale");
        Assert.Equal(2, _directory.Asked);
    }

    [Fact]
    public async Task An_unknown_name_is_remembered_for_the_negative_time()
    {
        Assert.Equal(PassDbStatus.UnknownUser, await TryAsync("bob", "x"));
        _directory.Passwords["bob"] = "x";
        Assert.Equal(PassDbStatus.UnknownUser, await TryAsync("bob", "x"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(PassDbStatus.Match, await TryAsync("bob", "x"));
    }

    [Fact]
    public async Task What_is_no_answer_is_not_remembered()
    {
        _directory.Failure = PassDbStatus.InternalFailure;
        Assert.Equal(PassDbStatus.InternalFailure, await TryAsync("alice", "old"));
        _directory.Failure = null;
        Assert.Equal(PassDbStatus.Match, await TryAsync("alice", "old"));
        // And one that fails now leaves what it said before.
        _directory.Failure = PassDbStatus.Busy;
        Assert.Equal(PassDbStatus.Match, await TryAsync("alice", "old"));
    }

    [Fact]
    public async Task Another_situation_is_another_question()
    {
        await TryAsync("alice", "old");
        await TryAsync("alice", "old", protocol: "pop3");
        await TryAsync("alice", "old", address: "192.0.2.7");
        Assert.Equal(3, _directory.Asked);
        var other = new CachedPassDb(_directory, "ldap-1", _cache);
        await other.VerifyAsync(Query("alice", "imap", "192.0.2.1"), "old"u8.ToArray(), default);
        Assert.Equal(4, _directory.Asked);
        // Answers that may depend on what earlier databases said, and look-ups of fields, are never kept.
        var query = Query("alice", "imap", "192.0.2.1");
        await _cached.VerifyAsync(query with { Fields = new Dictionary<string, string> { ["x"] = "" } }, "old"u8.ToArray(), default);
        await _cached.VerifyAsync(query with { IsVerified = true }, "any"u8.ToArray(), default);
        Assert.Equal(6, _directory.Asked);
    }

    [Fact]
    public async Task The_operator_can_see_it_and_empty_it()
    {
        var caches = new AuthCaches(_cache, new VerifiedPasswordCache(16, TimeSpan.FromHours(1), _time));
        _directory.Passwords["bob"] = "x";
        await TryAsync("alice", "old");
        await TryAsync("bob", "x");
        Assert.Equal(new AuthCacheStatus("answers", 2, 0, 0, 2), caches.Status()[0]);
        Assert.Equal(1, caches.Flush(["Alice"]));
        Assert.Equal(0, caches.Flush(["nobody", "not a name"]));
        _directory.Passwords["alice"] = "new";
        Assert.Equal(PassDbStatus.Mismatch, await TryAsync("alice", "old"));
        Assert.Equal(2, caches.Flush([]));
        Assert.Equal(0, _cache.Count);
    }

    [Fact]
    public async Task It_stays_within_its_size_and_keeps_what_is_used()
    {
        for (var i = 0; i < 1000; i++)
        {
            await TryAsync($"user{i}", "x");
            Assert.InRange(_cache.Count, 0, _options.CacheEntriesMax);
        }
        var off = new AuthCache(new AuthOptions { CacheEntriesMax = 0 }, _time);
        var uncached = new CachedPassDb(_directory, "ldap-0", off);
        await uncached.VerifyAsync(Query("alice", "imap", "192.0.2.1"), "old"u8.ToArray(), default);
        Assert.Equal(0, off.Count);
    }

    private static PassDbQuery Query(string account, string protocol, string address) => new()
    {
        Account = account,
        Mechanism = "PLAIN",
        Context = new AuthContext { Protocol = protocol, RemoteAddress = IPAddress.Parse(address), IsSecure = true },
    };

    private async Task<PassDbStatus> TryAsync(string account, string password, string protocol = "imap", string address = "192.0.2.1") =>
        (await _cached.VerifyAsync(Query(account, protocol, address), Encoding.UTF8.GetBytes(password), default)).Status;

    private sealed class Directory : IPassDb
    {
        public Dictionary<string, string> Passwords { get; } = [];

        public int Asked { get; private set; }

        public PassDbStatus? Failure { get; set; }

        public string Name => "ldap";

        public PassDbCapabilities Capabilities => PassDbCapabilities.Password;

        public ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
        {
            Asked++;
            return ValueTask.FromResult(
                Failure is { } failure ? new PassDbResult(failure)
                : !Passwords.TryGetValue(query.Account, out var right) ? PassDbResult.UnknownUser
                : right == Encoding.UTF8.GetString(password.Span) ? new PassDbResult(PassDbStatus.Match, new UserInfo(query.Account, new Dictionary<string, string>()))
                : PassDbResult.Mismatch);
        }
    }
}
