using MailCluster.Auth.Drivers;
using MailCluster.Auth.Drivers.Imap;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Tests.Servers;

namespace MailCluster.Auth.Tests.Drivers;

/// <summary>One Dovecot for all tests of the class.</summary>
public sealed class DovecotFixture : IAsyncLifetime
{
    internal DovecotServer Server { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Server = await DovecotServer.StartAsync((PassDbContract.Alice, PassDbContract.AlicePassword), (PassDbContract.Bob, PassDbContract.BobPassword));

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();
}

public sealed class ImapPassDbTests(DovecotFixture fixture) : ServerPassDbContract, IClassFixture<DovecotFixture>
{
    private ImapServerOptions Options => new() { Host = "localhost", Port = fixture.Server.TlsPort, AuthorityFile = fixture.Server.Files.Authority };

    [Fact]
    public async Task StartTls_is_demanded_and_the_certificate_checked()
    {
        var upgraded = Make(Options with { Port = fixture.Server.Port, Tls = ImapTls.StartTls });
        Assert.Equal(PassDbStatus.Match, (await upgraded.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
        foreach (var distrusting in new[] { Options with { AuthorityFile = null }, Options with { AuthorityFile = null, Port = fixture.Server.Port, Tls = ImapTls.StartTls } })
            Assert.Equal(PassDbStatus.InternalFailure, (await Make(distrusting).VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
    }

    [Fact]
    public async Task The_name_there_may_be_another()
    {
        var database = Make(Options with { Username = "%{user | username}@example.com" });
        var result = await database.VerifyAsync(AuthFixture.Query("alice@old.example.com"), "secret"u8.ToArray(), default);
        Assert.Equal((PassDbStatus.Match, "alice@old.example.com"), (result.Status, result.User!.Account));
    }

    private protected override Task<IPassDb> OpenAsync() => Task.FromResult(Make(Options));

    private protected override Task StopServerAsync() => fixture.Server.StopAsync();

    private protected override Task StartServerAsync() => fixture.Server.StartAgainAsync();

    private protected override DatabaseOptions Towards(SilentServer server) => Options with { Port = server.Port, Host = "127.0.0.1" };
}
