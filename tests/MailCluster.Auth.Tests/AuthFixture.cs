using System.Net;
using System.Text;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.PassDb.PasswdFile;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Users;
using MailCluster.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Tests;

/// <summary>A whole authentication set over a passwd-file in a directory of its own.</summary>
internal sealed class AuthFixture : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mailcluster-auth-");
    private readonly ServiceProvider _services;

    public AuthFixture(Action<AuthOptions>? configure = null, string? path = null, TimeProvider? time = null)
    {
        Path = path ?? System.IO.Path.Combine(_directory.FullName, "users");
        // Tests are about behaviour, so the hash is the cheapest there is.
        var options = new AuthOptions
        {
            PasswdFile = Path,
            FailureDelay = TimeSpan.Zero,
            Argon2MemoryKiB = 8,
            Argon2Passes = 1,
            PenaltyEnabled = false,
        };
        configure?.Invoke(options);
        _services = new ServiceCollection()
            .AddLogging(b => b.AddProvider(Log).SetMinimumLevel(LogLevel.Debug))
            .AddSingleton(time ?? Time)
            .AddMailClusterAuth(options)
            .BuildServiceProvider();
    }

    public string Path { get; }

    public ManualTimeProvider Time { get; } = new();

    /// <summary>Everything, so that a secret in a line for developers is found as well.</summary>
    public CapturedLog Log { get; } = new(LogLevel.Debug);

    public IAuthenticator Authenticator => _services.GetRequiredService<IAuthenticator>();

    public PasswdFilePassDb File => _services.GetRequiredService<PasswdFilePassDb>();

    public PasswordHashing Hashing => _services.GetRequiredService<PasswordHashing>();

    public PasswordSchemes Schemes => _services.GetRequiredService<PasswordSchemes>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public static AuthContext Context(string address = "192.0.2.1", bool secure = true) => new()
    {
        Protocol = "imap",
        RemoteAddress = IPAddress.Parse(address),
        LocalAddress = IPAddress.Parse("192.0.2.99"),
        IsSecure = secure,
        SessionId = "s1",
    };

    public static PassDbQuery Query(string account, string mechanism = "PLAIN") =>
        new() { Account = account, Mechanism = mechanism, Context = Context() };

    public Task<AuthResult> LoginAsync(
        string user, string password, string address = "192.0.2.1", bool secure = true, string? authzid = null) =>
        Authenticator.AuthenticateAsync(
            new AuthRequest
            {
                Context = Context(address, secure),
                Mechanism = "PLAIN",
                Username = user,
                Password = Encoding.UTF8.GetBytes(password),
                AuthorizationId = authzid,
            },
            CancellationToken.None).AsTask();

    public async Task AddAsync(string account, string password, string? scheme = null) =>
        Assert.Equal(UserChange.Done, await File.AddAsync(account, Encoding.UTF8.GetBytes(password), scheme, null, CancellationToken.None));

    public void Dispose()
    {
        _services.Dispose();
        _directory.Delete(recursive: true);
    }
}
