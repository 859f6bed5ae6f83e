using System.Diagnostics;
using System.Text;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Tests.Drivers;

/// <summary>
/// The driver for system users in a child process under nss_wrapper, which shows it users from files of the tests' own in place of the machine's:
/// the real calls of libc, other data.
/// </summary>
public sealed class SystemContractTests : PassDbContract
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mailcluster-nss-");
    private Process? _child;

    [Fact]
    public async Task Passwords_may_be_in_the_shadow_file_and_accounts_may_expire()
    {
        Assert.Equal("Match|dora@example.com|", await AskAsync("verify", "dora@example.com", "shadowed"));
        Assert.Equal("Mismatch||", await AskAsync("verify", "dora@example.com", "x"));
        Assert.Equal("Refused||", await AskAsync("verify", "expired@example.com", "shadowed"));
        Assert.Equal("UnknownUser||", await AskAsync("verify", "locked@example.com", "!"));
    }

    [Fact]
    public async Task Only_people_are_users()
    {
        Assert.Equal("Found|alice@example.com|/home/alice", await AskAsync("find", Alice));
        Assert.Equal("UnknownUser||", await AskAsync("find", "daemon"));
        Assert.Equal("UnknownUser||", await AskAsync("verify", "daemon", AlicePassword));
        Assert.Equal("alice@example.com bob@example.com dora@example.com expired@example.com locked@example.com", await AskAsync("list"));
    }

    private protected override async Task<IPassDb> OpenAsync()
    {
        var shadowed = await CryptAsync("shadowed");
        var passwd = await WriteAsync("passwd",
            $"{Alice}:{await CryptAsync(AlicePassword)}:1000:1000:Alice:/home/alice:/bin/false",
            $"{Bob}:{await CryptAsync(BobPassword)}:1001:1001::/home/bob:/bin/false",
            "dora@example.com:x:1002:1002::/home/dora:/bin/false",
            "expired@example.com:x:1003:1003::/home/expired:/bin/false",
            "locked@example.com:x:1004:1004::/home/locked:/bin/false",
            $"daemon:{await CryptAsync(AlicePassword)}:1:1::/:/bin/false",
            "no name:x:1005:1005::/home/x:/bin/false");
        var group = await WriteAsync("group", "users:x:1000:");
        var shadow = await WriteAsync("shadow",
            $"dora@example.com:{shadowed}:19000:0:99999:7:::",
            $"expired@example.com:{shadowed}:19000:0:99999:7::19000:",
            "locked@example.com:!:19000:0:99999:7:::");
        _child = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(SystemContractTests).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment =
            {
                ["LD_PRELOAD"] = "libnss_wrapper.so",
                ["NSS_WRAPPER_PASSWD"] = passwd,
                ["NSS_WRAPPER_GROUP"] = group,
                ["NSS_WRAPPER_SHADOW"] = shadow,
            },
        })!;
        return new ChildPassDb(this);
    }

    private protected override async Task CloseAsync()
    {
        if (_child is not null)
        {
            _child.StandardInput.Close();
            await _child.WaitForExitAsync();
            _child.Dispose();
        }

        _directory.Delete(recursive: true);
    }

    private async Task<string> AskAsync(params string[] words)
    {
        await _child!.StandardInput.WriteLineAsync(string.Join(' ', words.Select(static word => Convert.ToBase64String(Encoding.UTF8.GetBytes(word)))));
        await _child.StandardInput.FlushAsync();
        return await _child.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the child process ended");
    }

    private async Task<string> WriteAsync(string name, params string[] lines)
    {
        var path = Path.Combine(_directory.FullName, name);
        await File.WriteAllLinesAsync(path, lines);
        return path;
    }

    private async Task<string> CryptAsync(string password) =>
        (await Hashing.HashAsync("SHA512-CRYPT", Encoding.UTF8.GetBytes(password), default))!["{SHA512-CRYPT}".Length..];

    /// <summary>Asks the child.</summary>
    private sealed class ChildPassDb(SystemContractTests owner) : IPassDb
    {
        private readonly SemaphoreSlim _one = new(1, 1);

        public string Name => "passwd";

        public PassDbCapabilities Capabilities => PassDbCapabilities.Password | PassDbCapabilities.Credentials;

        public ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
            SendAsync("verify", query.Account, Encoding.UTF8.GetString(password.Span));

        public ValueTask<PassDbResult> LookupCredentialsAsync(PassDbQuery query, CancellationToken cancellationToken) =>
            SendAsync("look", query.Account, query.IsVerified ? "verified" : "");

        private async ValueTask<PassDbResult> SendAsync(params string[] words)
        {
            await _one.WaitAsync();
            try
            {
                var answer = (await owner.AskAsync(words)).Split('|');
                return new PassDbResult(Enum.Parse<PassDbStatus>(answer[0]), answer[1].Length > 0 ? new UserInfo(answer[1], new Dictionary<string, string>()) : null)
                {
                    Credentials = answer[2].Length > 0 ? [answer[2]] : [],
                };
            }
            finally
            {
                _one.Release();
            }
        }
    }
}
