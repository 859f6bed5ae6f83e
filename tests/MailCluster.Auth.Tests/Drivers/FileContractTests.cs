using MailCluster.Auth.Drivers;
using MailCluster.Auth.Drivers.Pam;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.PassDb.Table;
using MailCluster.Auth.Tests.Servers;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Auth.Tests.Drivers;

public sealed class PasswdFileContractTests : PassDbContract
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mailcluster-passwd-");

    private protected override async Task<IPassDb> OpenAsync()
    {
        var path = Path.Combine(_directory.FullName, "users");
        await File.WriteAllTextAsync(path, $"{Alice}:{{PLAIN}}{AlicePassword}::::::\n{Bob}:{{PLAIN}}{BobPassword}::::::\n");
        return Make(new PasswdFileOptions(path));
    }

    private protected override Task CloseAsync()
    {
        _directory.Delete(recursive: true);
        return Task.CompletedTask;
    }
}

public sealed class TableContractTests : PassDbContract
{
    private protected override async Task<IPassDb> OpenAsync()
    {
        var table = new InMemoryAccountTable();
        var fields = new Dictionary<string, string>();
        await table.AddAsync(new StoredAccount(Alice, $"{{PLAIN}}{AlicePassword}", fields), default);
        await table.AddAsync(new StoredAccount(Bob, $"{{PLAIN}}{BobPassword}", fields), default);
        return new TablePassDb(table, Hashing, NullLogger<TablePassDb>.Instance);
    }
}

/// <summary>A service of the tests' own: pam_pwdfile over a file of the tests' own.</summary>
public sealed class PamContractTests : PassDbContract
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mailcluster-pam-");

    [Fact]
    public async Task An_account_that_the_service_does_not_admit_is_refused_though_the_password_is_right()
    {
        await ServiceAsync("closed", "auth required pam_permit.so", "account required pam_deny.so");
        var database = Make(Options with { Service = "closed" });
        Assert.Equal(PassDbStatus.Mismatch, (await database.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
    }

    [Fact]
    public async Task A_service_whose_module_is_missing_is_a_failure()
    {
        await ServiceAsync("broken", "auth required pam_no_such_module.so", "account required pam_permit.so");
        var database = Make(Options with { Service = "broken" });
        Assert.Equal(PassDbStatus.InternalFailure, (await database.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
    }

    [Fact]
    public async Task A_module_that_hangs_costs_its_own_log_ins_only_their_time()
    {
        var (pipe, gate, script, begun) = (InDirectory("pipe"), InDirectory("gate"), InDirectory("script"), InDirectory("begun"));
        await OwnServer.RunAsync("mkfifo", [pipe]);
        // Reads what nobody writes, until the test opens the gate.
        await File.WriteAllTextAsync(script, $"#!/bin/sh\n[ -e {gate} ] && exit 0\ntouch {begun}\nread -r _ < {pipe}\n");
        await OwnServer.RunAsync("chmod", ["755", script]);
        await ServiceAsync("slow", $"auth required pam_exec.so quiet {script}", "account required pam_permit.so");
        var time = new Testing.ManualTimeProvider();
        var database = Make(Options with { Service = "slow", ConnectionsMax = 1, Timeout = TimeSpan.FromSeconds(5) }, time);
        var first = database.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default).AsTask();
        var second = database.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default).AsTask();
        await Testing.Poll.UntilAsync(() => File.Exists(begun));
        while (!first.IsCompleted || !second.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal((PassDbStatus.InternalFailure, PassDbStatus.Busy), ((await first).Status, (await second).Status));
        // The module goes on, and its slot is there again.
        await File.WriteAllTextAsync(gate, "");
        await OwnServer.RunAsync("timeout", ["10", "sh", "-c", $"echo > {pipe}"]);
        Assert.Equal(PassDbStatus.Match, (await database.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
    }

    private string InDirectory(string name) => Path.Combine(_directory.FullName, name);

    private PamOptions Options => new() { ConfigDirectory = _directory.FullName };

    private protected override async Task<IPassDb> OpenAsync()
    {
        var users = Path.Combine(_directory.FullName, "users");
        await File.WriteAllTextAsync(users, $"{Alice}:{await CryptAsync(AlicePassword)}\n{Bob}:{await CryptAsync(BobPassword)}\n");
        await ServiceAsync("mailcluster", $"auth required pam_pwdfile.so nodelay pwdfile {users}", "account required pam_permit.so");
        return Make(Options);
    }

    private protected override Task CloseAsync()
    {
        _directory.Delete(recursive: true);
        return Task.CompletedTask;
    }

    private async Task<string> CryptAsync(string password) =>
        (await Hashing.HashAsync("SHA512-CRYPT", System.Text.Encoding.UTF8.GetBytes(password), default))!["{SHA512-CRYPT}".Length..];

    private Task ServiceAsync(string name, params string[] lines) => File.WriteAllLinesAsync(Path.Combine(_directory.FullName, name), lines);
}
