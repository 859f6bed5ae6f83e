using System.Text;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.PassDb.PasswdFile;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Tests;

public sealed class PasswdFileTests
{
    private static async Task<List<string>> ListAsync(IUserDirectory directory, string? pattern = null)
    {
        var names = new List<string>();
        await foreach (var user in directory.ListUsersAsync(pattern, default)) names.Add(user.Account);
        return names;
    }

    [Fact]
    public async Task A_dovecot_line_is_read_with_its_extra_fields()
    {
        using var auth = new AuthFixture();
        await File.WriteAllTextAsync(
            auth.Path,
            """
            # comment

            alice@example.com:{PLAIN}secret:1000:1000:Alice A:/home/alice:/bin/sh:userdb_quota_rule=*:storage=1G nologin reason=moved
            Bob@Example.COM:{PLAIN}b
            bad name:{PLAIN}x
            bob@example.com:{PLAIN}other
            """);
        var alice = await auth.File.FindUserAsync("ALICE@example.com", default);
        Assert.Equal("alice@example.com", alice!.Account);
        Assert.Equal("*:storage=1G", alice.Fields["userdb_quota_rule"]);
        Assert.True(alice.IsLoginDisabled);
        Assert.Equal(["alice@example.com", "bob@example.com"], await ListAsync(auth.File));
        Assert.Null(await auth.File.FindUserAsync("carol@example.com", default));
        Assert.Null(await auth.File.FindUserAsync("no/such\nname", default));
        Assert.Equal(AuthOutcome.Success, (await auth.LoginAsync("bob@example.com", "b")).Outcome);
        Assert.Contains(auth.Log.Lines, l => l.Contains("line 5 is skipped", StringComparison.Ordinal));
        Assert.Contains(auth.Log.Lines, l => l.Contains("line 6 is skipped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_file_means_no_users_and_an_unreadable_one_is_a_failure()
    {
        using var auth = new AuthFixture();
        Assert.Null(await auth.File.FindUserAsync("alice", default));
        Assert.Equal(AuthOutcome.Failed, (await auth.LoginAsync("alice", "x")).Outcome);
        Directory.CreateDirectory(auth.Path + ".d");
        using var broken = new AuthFixture(path: Path.Combine(auth.Path + ".d", "users"));
        // Permissions do not stop root; another opener's exclusive lock stops everybody.
        await File.WriteAllTextAsync(broken.Path, "alice:{PLAIN}x\n");
        Assert.NotNull(await broken.File.FindUserAsync("alice", default));
        using (new FileStream(broken.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            File.SetLastWriteTimeUtc(broken.Path, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            await Assert.ThrowsAsync<UserDirectoryException>(async () => await broken.File.FindUserAsync("alice", default));
            Assert.Equal(AuthOutcome.TemporaryFailure, (await broken.LoginAsync("alice", "x")).Outcome);
        }
        Assert.NotNull(await broken.File.FindUserAsync("alice", default));
    }

    [Fact]
    public async Task An_edit_by_hand_counts_at_once()
    {
        using var auth = new AuthFixture();
        await File.WriteAllTextAsync(auth.Path, "alice:{PLAIN}one\n");
        Assert.True((await auth.LoginAsync("alice", "one")).IsSuccess);
        await File.WriteAllTextAsync(auth.Path + ".edit", "alice:{PLAIN}two\n");
        File.Move(auth.Path + ".edit", auth.Path, overwrite: true);
        Assert.False((await auth.LoginAsync("alice", "one")).IsSuccess);
        Assert.True((await auth.LoginAsync("alice", "two")).IsSuccess);
        File.Delete(auth.Path);
        Assert.False((await auth.LoginAsync("alice", "two")).IsSuccess);
    }

    [Fact]
    public async Task A_file_that_is_gone_makes_nobody_an_unknown_user()
    {
        using var auth = new AuthFixture();
        Assert.Null(await auth.File.FindUserAsync("alice", default));
        await File.WriteAllTextAsync(auth.Path, "alice:{PLAIN}one\n");
        Assert.NotNull(await auth.File.FindUserAsync("alice", default));

        File.Delete(auth.Path);

        await Assert.ThrowsAsync<UserDirectoryException>(async () => await auth.File.FindUserAsync("alice", default));
        Assert.Equal(AuthOutcome.TemporaryFailure, (await auth.LoginAsync("alice", "one")).Outcome);
        await File.WriteAllTextAsync(auth.Path, "bob:{PLAIN}one\n");
        Assert.NotNull(await auth.File.FindUserAsync("bob", default));
        Assert.Null(await auth.File.FindUserAsync("alice", default));
    }

    [Fact]
    public async Task Adding_changing_and_deleting_keeps_the_other_lines()
    {
        using var auth = new AuthFixture();
        const string Before = "# ours\nold:{PLAIN}x:1:2:gecos:/home:/sh:userdb_a=b:c\nsecond\n";
        await File.WriteAllTextAsync(auth.Path, Before);
        await auth.AddAsync("alice@example.com", "secret");
        Assert.Equal(UserChange.Exists, await auth.File.AddAsync("alice@example.com", "x"u8.ToArray(), null, null, default));
        Assert.True((await auth.LoginAsync("Alice@Example.com", "secret")).IsSuccess);
        Assert.StartsWith(Before, await File.ReadAllTextAsync(auth.Path), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(auth.Path));
        Assert.Equal(UserChange.Done, await auth.File.SetPasswordAsync("old", "neu"u8.ToArray(), "PLAIN", default));
        Assert.Contains(
            "old:{PLAIN}neu:1:2:gecos:/home:/sh:userdb_a=b:c\n", await File.ReadAllTextAsync(auth.Path), StringComparison.Ordinal);
        Assert.Equal(UserChange.Done, await auth.File.SetPasswordAsync("second", "s"u8.ToArray(), "PLAIN", default));
        Assert.True((await auth.LoginAsync("second", "s")).IsSuccess);
        Assert.Equal(UserChange.NotFound, await auth.File.SetPasswordAsync("nobody", "x"u8.ToArray(), null, default));
        Assert.Equal(UserChange.Done, await auth.File.DeleteAsync("alice@example.com", default));
        Assert.Equal(UserChange.NotFound, await auth.File.DeleteAsync("alice@example.com", default));
        Assert.Equal(["old", "second"], await ListAsync(auth.File));
        Assert.False(File.Exists(auth.Path + ".new"));
    }

    [Fact]
    public async Task Fields_are_written_and_checked()
    {
        using var auth = new AuthFixture();
        var fields = new Dictionary<string, string> { ["userdb_quota_rule"] = "*:storage=5G", ["nologin"] = "" };
        Assert.Equal(UserChange.Done, await auth.File.AddAsync("a", "p"u8.ToArray(), "PLAIN", fields, default));
        Assert.Equal(fields, (await auth.File.FindUserAsync("a", default))!.Fields);
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await auth.File.AddAsync(
                "b", "p"u8.ToArray(), "PLAIN", new Dictionary<string, string> { ["x"] = "1\nroot:{PLAIN}x" }, default));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await auth.File.AddAsync("Not:Canonical", "p"u8.ToArray(), null, null, default));
    }

    [Fact]
    public async Task Two_nodes_editing_one_file_lose_nothing()
    {
        // The wait for the other's lock is a few milliseconds of real time: two processes share no manual clock.
        using var one = new AuthFixture(time: TimeProvider.System);
        using var two = new AuthFixture(path: one.Path, time: TimeProvider.System);
        await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? one : two).AddAsync($"user{i}@example.com", "p", "PLAIN"))));
        Assert.Equal(20, (await ListAsync(one.File)).Count);
        Assert.Equal(20, (await ListAsync(two.File)).Count);
    }

    [Theory]
    [InlineData("*@example.com", 2)]
    [InlineData("*@*", 3)]
    [InlineData("?ob*", 1)]
    [InlineData("ALICE*", 1)]
    [InlineData("*", 4)]
    [InlineData("alice", 0)]
    public async Task Wildcards_select(string pattern, int count)
    {
        using var auth = new AuthFixture();
        await File.WriteAllTextAsync(auth.Path, "alice@example.com:x\nbob@example.com:x\ncarol@other.org:x\ndave:x\n");
        Assert.Equal(count, (await ListAsync(auth.File, pattern)).Count);
    }

    [Theory]
    [InlineData("alice", "alice")]
    [InlineData("Alice@Example.COM", "alice@example.com")]
    [InlineData("JÜRGEN@example.com", "jürgen@example.com")]
    [InlineData("a+b.c_d-e@x", "a+b.c_d-e@x")]
    public void Names_become_canonical(string name, string expected)
    {
        Assert.True(UserName.TryParse(name, out var account, out _));
        Assert.Equal(expected, account);
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("a b", "space")]
    [InlineData("a/b", "\"/\"")]
    [InlineData("a:b", "\":\"")]
    [InlineData("a\nb", "control")]
    [InlineData("a\0", "control")]
    [InlineData("a*", "\"*\"")]
    [InlineData("@example.com", "before")]
    [InlineData("a@", "after")]
    [InlineData("a@b@c", "more than one")]
    [InlineData("#a", "begin")]
    [InlineData("-a", "begin")]
    [InlineData("..", "\".\"")]
    [InlineData("a..b", "\".\"")]
    public void Names_that_cannot_be_say_why(string? name, string why)
    {
        Assert.False(UserName.TryParse(name, out _, out var error));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_name_and_half_a_character_are_refused()
    {
        Assert.True(UserName.TryParse(new string('a', 254), out _, out _));
        Assert.False(UserName.TryParse(new string('a', 255), out _, out _));
        Assert.False(UserName.TryParse(new string('ä', 128), out _, out _));
        Assert.False(UserName.TryParse("a\ud800", out _, out var error));
        Assert.Equal("is not valid Unicode", error);
    }

    [Fact]
    public async Task A_broken_database_is_never_a_wrong_password()
    {
        var chain = new PassDbChain([new Fixed(PassDbStatus.InternalFailure), new Fixed(PassDbStatus.Mismatch)]);
        Assert.Equal(PassDbStatus.InternalFailure, (await chain.VerifyAsync(AuthFixture.Query("a"), default, default)).Status);
        chain = new PassDbChain([new Fixed(PassDbStatus.InternalFailure), new Fixed(PassDbStatus.Match)]);
        Assert.Equal(PassDbStatus.Match, (await chain.VerifyAsync(AuthFixture.Query("a"), default, default)).Status);
        chain = new PassDbChain([new Fixed(PassDbStatus.UnknownUser), new Fixed(PassDbStatus.Mismatch)]);
        Assert.Equal(PassDbStatus.Mismatch, (await chain.VerifyAsync(AuthFixture.Query("a"), default, default)).Status);
    }

    private sealed class Fixed(PassDbStatus status) : IPassDb
    {
        public string Name => "fixed";

        public PassDbCapabilities Capabilities => PassDbCapabilities.Password;

        public ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new PassDbResult(status, new UserInfo(query.Account, new Dictionary<string, string>())));
    }
}
