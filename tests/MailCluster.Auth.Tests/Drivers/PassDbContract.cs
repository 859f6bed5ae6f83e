using System.Text;
using MailCluster.Auth.Drivers;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;
using MailCluster.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Tests.Drivers;

/// <summary>
/// What every password database keeps to. The database under test holds <see cref="Alice"/> with <see cref="AlicePassword"/> and
/// <see cref="Bob"/> with <see cref="BobPassword"/>, and nobody else.
/// </summary>
public abstract class PassDbContract : IAsyncLifetime
{
    public const string Alice = "alice@example.com";
    public const string AlicePassword = "secret";
    public const string Bob = "bob@example.com";
    public const string BobPassword = "pässwörd € \"quoted\" \\ back";

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddLogging()
        .AddSingleton(TimeProvider.System)
        .AddMailClusterAuth(new AuthOptions { PasswdFile = "/nonexistent/users", Argon2MemoryKiB = 8, Argon2Passes = 1 })
        .BuildServiceProvider();

    private IPassDb? _database;

    /// <summary>The database.</summary>
    private protected IPassDb Database => _database!;

    private protected CapturedLog Log { get; } = new();

    public async Task InitializeAsync() => _database = await OpenAsync();

    public async Task DisposeAsync()
    {
        if (_database is IAsyncDisposable slow) await slow.DisposeAsync();
        else (_database as IDisposable)?.Dispose();
        await CloseAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task The_right_password_matches_and_names_the_account()
    {
        var result = await VerifyAsync(Alice, AlicePassword);
        Assert.Equal(PassDbStatus.Match, result.Status);
        Assert.Equal(Alice, result.User!.Account);
        Assert.DoesNotContain("password", result.User.Fields.Keys);
    }

    [Fact]
    public async Task A_password_may_have_any_characters() => Assert.Equal(PassDbStatus.Match, (await VerifyAsync(Bob, BobPassword)).Status);

    [Theory]
    [InlineData("Secret")]
    [InlineData("secre")]
    [InlineData("secret ")]
    [InlineData("pässwörd € \"quoted\" \\ back")]
    [InlineData("' OR '1'='1")]
    [InlineData("*")]
    public async Task Another_password_is_a_mismatch(string password) => Assert.Equal(PassDbStatus.Mismatch, (await VerifyAsync(Alice, password)).Status);

    [Theory]
    [InlineData("carol@example.com")]
    [InlineData("alice")]
    [InlineData("alice@example.org")]
    [InlineData("alice@example.com'")]
    [InlineData("'|'1'='1")]
    [InlineData("*")]
    [InlineData("alice*")]
    [InlineData("*)(mail=alice@example.com")]
    [InlineData("alice@example.com)(|(mail=*")]
    [InlineData("alice@example.com' OR '1'='1")]
    [InlineData("x' UNION SELECT '{PLAIN}secret' -- ")]
    [InlineData("alice@example.com\\")]
    [InlineData("%{user}")]
    [InlineData("alice@example.com,ou=people")]
    public async Task A_name_that_is_nobodys_opens_nothing_and_breaks_nothing(string name)
    {
        var result = await VerifyAsync(name, AlicePassword);
        Assert.True(result.Status is PassDbStatus.UnknownUser or PassDbStatus.Mismatch, $"{name}: {result.Status}");
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(Alice, AlicePassword)).Status);
    }

    [Fact]
    public async Task Credentials_are_handed_out_or_the_database_says_that_it_cannot()
    {
        var result = await Database.LookupCredentialsAsync(AuthFixture.Query(Alice, "SCRAM-SHA-256"), default);
        if (!Database.Capabilities.HasFlag(PassDbCapabilities.Credentials))
        {
            Assert.Equal(PassDbStatus.NotSupported, result.Status);
            return;
        }

        Assert.Equal(PassDbStatus.Match, result.Status);
        var stored = Assert.Single(result.Credentials);
        Assert.Equal(PasswordCheck.Match, await Hashing.VerifyAsync(stored, Encoding.UTF8.GetBytes(AlicePassword), default));
        Assert.DoesNotContain(stored, result.ToString(), StringComparison.Ordinal);
        Assert.Equal(PassDbStatus.UnknownUser, (await Database.LookupCredentialsAsync(AuthFixture.Query("carol@example.com"), default)).Status);
    }

    [Fact]
    public async Task A_proven_identity_is_looked_up_without_a_password()
    {
        var result = await Database.LookupCredentialsAsync(AuthFixture.Query(Alice) with { IsVerified = true }, default);
        Assert.True(result.Status is PassDbStatus.Match or PassDbStatus.NotSupported, $"{result.Status}");
        Assert.Empty(result.Credentials);
    }

    [Fact]
    public async Task Many_questions_at_once_are_answered()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => VerifyAsync(Alice, number % 4 == 0 ? "wrong" : AlicePassword)));
        Assert.Equal(10, answers.Count(static answer => answer.Status == PassDbStatus.Mismatch));
        Assert.Equal(30, answers.Count(static answer => answer.Status == PassDbStatus.Match));
    }

    private protected PasswordHashing Hashing => _services.GetRequiredService<PasswordHashing>();

    /// <summary>Makes the database with its two users.</summary>
    private protected abstract Task<IPassDb> OpenAsync();

    /// <summary>Ends what <see cref="OpenAsync"/> started.</summary>
    private protected virtual Task CloseAsync() => Task.CompletedTask;

    private protected Task<PassDbResult> VerifyAsync(string account, string password) =>
        Database.VerifyAsync(AuthFixture.Query(account), Encoding.UTF8.GetBytes(password), default).AsTask();

    /// <summary>A database from options, made as a node makes it.</summary>
    private protected IPassDb Make(DatabaseOptions options, TimeProvider? time = null)
    {
        var databases = MakeDatabases(time);
        return databases.PassDbs([new PassDbOptions { Database = options }])[0].Database;
    }

    private protected Databases MakeDatabases(TimeProvider? time = null) =>
        new([], _services.GetRequiredService<Users.IUserDirectory>(), Hashing, time ?? TimeProvider.System, LoggerFactory.Create(logging => logging.AddProvider(Log)));
}

/// <summary>What a database on a server keeps to besides: it is never a wrong password that the server is gone.</summary>
public abstract class ServerPassDbContract : PassDbContract
{
    [Fact]
    public async Task A_server_that_is_gone_is_a_failure_and_one_that_is_back_answers()
    {
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(Alice, AlicePassword)).Status);
        await StopServerAsync();
        Assert.Equal(PassDbStatus.InternalFailure, (await VerifyAsync(Alice, AlicePassword)).Status);
        Assert.Equal(PassDbStatus.InternalFailure, (await VerifyAsync(Alice, "wrong")).Status);
        Assert.Equal(PassDbStatus.InternalFailure, (await VerifyAsync("carol@example.com", "wrong")).Status);
        await StartServerAsync();
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(Alice, AlicePassword)).Status);
        Assert.Equal(PassDbStatus.Mismatch, (await VerifyAsync(Alice, "wrong")).Status);
    }

    [Fact]
    public async Task A_server_that_was_restarted_is_asked_anew_without_anybody_noticing()
    {
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(Alice, AlicePassword)).Status);
        await StopServerAsync();
        await StartServerAsync();
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(Alice, AlicePassword)).Status);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_failure_within_the_time()
    {
        await using var silent = new SilentServer();
        var time = new Testing.ManualTimeProvider();
        var database = Make(Towards(silent), time);
        var answer = database.VerifyAsync(AuthFixture.Query(Alice), Encoding.UTF8.GetBytes(AlicePassword), default).AsTask();
        await silent.Connected;
        // The driver's clock or the library's, whichever comes first.
        while (!answer.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(PassDbStatus.InternalFailure, (await answer).Status);
        Assert.Contains(Log.Entries, static entry => entry.EventId == 1650);
        Assert.DoesNotContain(Log.Lines, static line => line.Contains(AlicePassword, StringComparison.Ordinal));
    }

    private protected abstract Task StopServerAsync();

    private protected abstract Task StartServerAsync();

    /// <summary>Options that lead to the silent server.</summary>
    private protected abstract DatabaseOptions Towards(SilentServer server);
}
