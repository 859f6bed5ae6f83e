using System.Text;
using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>The roll goes on when no other test does: it has three nodes of its own.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RollingUpgradeCollection
{
    public const string Name = "Rolling upgrade";
}

/// <summary>
/// Node after node from the release before to this one, under a load on the others whose every acknowledgement is kept, with accounts moving from old nodes to new ones and
/// back. Here the release before is this build held at its level; <c>tests/soak/rolling-upgrade COMMIT</c> runs the same with a build of any commit.
/// </summary>
[Collection(RollingUpgradeCollection.Name)]
public sealed class RollingUpgradeTests : IAsyncLifetime
{
    private const string Script = """
        require ["fileinto", "mailbox", "vacation"];
        if header :contains "Subject" "list" { fileinto :create "Lists"; stop; }
        if header :contains "Subject" "away" { vacation "At the sea."; }
        """;

    private ClusterFleet _fleet = null!;
    private readonly NodeRelease _after = NodeRelease.Current;
    private NodeRelease _before = null!;

    public async Task InitializeAsync()
    {
        _before = await NodeRelease.BeforeAsync();
        _fleet = new ClusterFleet { Begin = _before };
        await _fleet.InitializeAsync();
    }

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task A_roll_fails_no_command_on_other_nodes_can_be_taken_back_and_brings_what_is_new_in_the_end()
    {
        var ledger = new CrashLedger(await _fleet.AddAccountsAsync(3));
        var flags = new FlagLedger();

        // The first node, its accounts back to the others and to it again; then back to the release before, which finds all as it left it.
        await UnderLoadAsync(
            ledger, flags, 0, () => RestartAsync(0, _after), () => DrainAsync(0, _after), () => NothingNewAsync(ledger.Accounts), () => RestartAsync(0, _before),
            () => RestartAsync(0, _after));

        // An old node may be restarted as it is, whatever new ones have done to the tables.
        await UnderLoadAsync(ledger, flags, 2, () => RestartAsync(2, _before), () => RestartAsync(2, _after), () => DrainAsync(2, _after));
        await NothingNewAsync(ledger.Accounts);

        // As soon as the last old node is stopped the others go on to what is new, under their clients.
        await UnderLoadAsync(ledger, flags, 1, () => RestartAsync(1, _after));
        for (var node = 0; node < ClusterFleet.Nodes; node++)
            await EverythingNewAsync(node);
        await RefusesTheReleaseBeforeAsync();
    }

    private async Task UnderLoadAsync(CrashLedger ledger, FlagLedger flags, int victim, params Func<Task>[] steps)
    {
        int[] others = [.. Enumerable.Range(0, ClusterFleet.Nodes).Where(other => other != victim)];
        await using var load = ClusterLoad.Start(_fleet, ledger, flags, others, seed: victim, $"roll of {ClusterFleet.NameOf(victim)}");
        await load.ProgressAsync();
        foreach (var step in steps)
        {
            await step();
            await load.ProgressAsync();
        }

        await load.StopAndVerifyAsync();
        Assert.Equal(0, load.Refused);
    }

    private async Task RestartAsync(int index, NodeRelease release)
    {
        var exit = await _fleet[index].TerminateAsync();
        Assert.True(exit == 0, _fleet[index].Process.Log);
        await _fleet.StartAsync(index, release);
        await _fleet.SettleAsync();
    }

    /// <summary>Accounts go back to the others, and come again.</summary>
    private async Task DrainAsync(int index, NodeRelease release)
    {
        await _fleet.DrainAsync(index);
        await RestartAsync(index, release);
    }

    /// <summary>What a new node is asked for and an old one could not read is refused for now, in words that say why.</summary>
    private async Task NothingNewAsync(IReadOnlyList<string> accounts)
    {
        var socket = _fleet[0].Process.AdminSocket;
        foreach (var account in accounts)
        {
            var put = await ClientProgram.RunAsync(
                Repository.CtlProgram, ["--socket", socket, "sieve", "put", "-u", account, "--activate", "main"], "keep;\n");
            var quota = await ClientProgram.RunAsync(Repository.CtlProgram, ["--socket", socket, "quota", "set", "-u", account, "--storage", "1G"]);
            await using (var imap = await _fleet[0].Process.ConnectImapAsync(account))
            {
                Assert.StartsWith("NO [UNAVAILABLE] ", (await imap.SendAsync("GETQUOTAROOT INBOX")).Tagged, StringComparison.Ordinal);
                var counted = Assert.Single((await imap.RequireAsync("STATUS INBOX (MESSAGES DELETED-STORAGE)")).Untagged).Text;
                Assert.Contains("MESSAGES ", counted, StringComparison.Ordinal);
                Assert.DoesNotContain("DELETED-STORAGE", counted, StringComparison.Ordinal);
            }

            foreach (var refused in new[] { put, quota })
            {
                Assert.Equal(75, refused.ExitCode);
                Assert.Contains("before all nodes run a release that knows of it", refused.Errors + refused.Output, StringComparison.Ordinal);
            }
        }

        var status = Assert.Single(await _fleet.CtlRowsAsync(0, "cluster", "status"));
        Assert.Equal(1, status.GetProperty("level").GetInt32());
    }

    /// <summary>Scripts at delivery, mail that a script sends, and quotas, asked for on that node.</summary>
    private async Task EverythingNewAsync(int node)
    {
        await Wait.UntilAsync(
            async () => Assert.Single(await _fleet.CtlRowsAsync(node, "cluster", "status")).GetProperty("level").GetInt32() > 1,
            () => "the level is raised once the last node is upgraded");
        var process = _fleet[node].Process;
        var account = Assert.Single(await _fleet.AddAccountsAsync(1, node));
        await process.CtlWithInputAsync(Script, "sieve", "put", "-u", account, "--activate", "main");
        await process.CtlAsync("quota", "set", "-u", account, "--messages", "2");
        await using var lmtp = await LmtpClient.ConnectAsync(process.LmtpPort);
        foreach (var subject in new[] { "list mail", "are you away?" })
            Assert.StartsWith("250", Assert.Single(await lmtp.DeliverAsync(Message(account, subject), account)), StringComparison.Ordinal);
        await Poll.UntilAsync(() => _fleet.Outgoing.Messages.Any(message => message.Text.Contains(account, StringComparison.Ordinal)));

        await using var imap = await process.ConnectImapAsync(account);
        Assert.Contains("[OVERQUOTA]", (await imap.AppendAsync("INBOX", Message(account, "one too many"))).Tagged, StringComparison.Ordinal);
        foreach (var folder in new[] { "Lists", "INBOX" })
        {
            await imap.RequireAsync($"SELECT {folder}");
            Assert.Single(await imap.FetchAllAsync());
        }
    }

    private static byte[] Message(string account, string subject) => Encoding.ASCII.GetBytes(
        $"From: sender@example.org\r\nTo: {account}\r\nSubject: {subject}\r\nMessage-ID: <{subject.Replace(' ', '.')}.{account}>\r\n\r\nbody\r\n");

    /// <summary>There may be data now that it cannot read, so it does not come in, and says why.</summary>
    private async Task RefusesTheReleaseBeforeAsync()
    {
        Assert.Equal(0, await _fleet[2].TerminateAsync());
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => _fleet.StartAsync(2, _before));
        Assert.Matches("feature level|schema version", refused.Message);
        await _fleet.StartAsync(2, _after);
        await _fleet.SettleAsync();
    }
}
