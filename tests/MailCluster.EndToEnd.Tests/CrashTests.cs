using System.Text.RegularExpressions;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>
/// The promise "acknowledged means durable": deliveries, appends and expunges go on while the node is killed again and again; a ledger
/// beside it knows what was acknowledged.
/// </summary>
public sealed partial class CrashTests
{
    private const int Kills = 24;
    private const int Seed = 20260101;
    private static readonly string[] Accounts = ["a@example.com", "b@example.com", "c@example.com"];

    [Fact]
    public async Task Nothing_acknowledged_is_lost_or_doubled_by_kill_9()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(Seed);
        var ledger = new CrashLedger(Accounts);
        for (var kill = 0; kill <= Kills; kill++)
        {
            await using var node = await NodeProcess.StartAsync(folder.Path, "auth.allow-plaintext=true");
            if (kill == 0)
            {
                foreach (var account in Accounts)
                    await node.AddUserAsync(account);
            }

            await VerifyAsync(node, ledger, $"seed {Seed}, after {kill} kills");
            if (kill == Kills)
                break;

            // The kill comes after some number of acknowledgements, wherever the writers then are.
            var enough = ledger.ArmAfter(random.Next(1, 60), random.Next(1, 4));
            var load = new CrashLoad(node, ledger, random.Next());
            await load.RunUntilAsync(enough, node.KillAsync);
        }

        Assert.True(ledger.Acknowledged > 200, $"only {ledger.Acknowledged} messages were acknowledged");
        Assert.True(ledger.Expunged >= Kills, $"only {ledger.Expunged} messages were expunged");
    }

    private static async Task VerifyAsync(NodeProcess node, CrashLedger ledger, string when)
    {
        foreach (var account in Accounts)
        {
            await using var client = await node.ConnectImapAsync(account);
            var validity = CrashLoad.UidValidity(await client.RequireAsync("SELECT INBOX"));
            ledger.Verify(account, validity, await client.FetchAllAsync(), when);
        }

        // A crash between body and event leaves a body that no message uses, and nothing else.
        var fsck = await ClientProgram.RunAsync(Repository.CtlProgram, ["--socket", node.AdminSocket, "--format", "json", "fsck", "--verify"]);
        Assert.Contains("accounts", fsck.Output + fsck.Errors, StringComparison.Ordinal);
        var problems = Problem().Matches(fsck.Output).Select(match => match.Groups[1].Value).Distinct();
        Assert.True(problems.All(problem => problem == "body-unused"), $"{when}: {fsck}");
    }

    [GeneratedRegex(@"""problem"": ?""([^""]+)""")]
    private static partial Regex Problem();
}
