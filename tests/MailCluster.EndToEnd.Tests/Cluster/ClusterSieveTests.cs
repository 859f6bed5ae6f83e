using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>
/// Deliveries with a script (a folder, a redirect of each message, one reply to the sender) while the owner of their account is killed or drained: each ends in exactly one
/// copy or a refusal for now, there is one redirect for each copy, and the sender gets one reply.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class ClusterSieveTests(ClusterFleet fleet)
{
    /// <summary>Acknowledged deliveries before the fault, and again after it.</summary>
    private const int Enough = 12;

    private const string Script = """
        require ["fileinto", "mailbox", "copy", "vacation"];
        redirect :copy "bob@example.org";
        vacation :addresses "alice@example.com" "Back on Monday.";
        fileinto :create "Lists";
        """;

    private readonly Channel<int> _acknowledged = Channel.CreateUnbounded<int>();
    private readonly ConcurrentBag<int> _stored = [];
    private readonly ConcurrentBag<int> _unsure = [];
    private int _number;

    [Fact]
    public async Task A_scripted_delivery_whose_owner_is_killed_ends_in_one_copy_or_a_refusal_for_now()
    {
        // A node that is killed between the relay's answer and its own note of it sends again, the one way to send twice (docs/adr/0026). It is not what is looked at
        // here, so the relay takes nothing before the fault is over.
        fleet.Outgoing.Answer = static line => line.StartsWith("MAIL", StringComparison.Ordinal) ? "451 4.3.2 not now" : null;
        await PlayAsync(async victim =>
        {
            await fleet[victim].KillAsync();
            await ProgressAsync();
            await fleet.StartAsync(victim);
            await fleet.SettleAsync();
            fleet.Outgoing.Answer = static _ => null;
        });
    }

    [Fact]
    public async Task A_scripted_delivery_is_done_once_behind_a_hand_over()
    {
        await PlayAsync(async victim =>
        {
            await fleet.DrainAsync(victim);
            await ProgressAsync();
            Assert.Equal(0, await fleet[victim].TerminateAsync());
            await fleet.StartAsync(victim);
            await fleet.SettleAsync();
        });
        // What a client of the node that ended had under way is all that may be unsure.
        Assert.True(_unsure.Count <= 1, $"unsure: {string.Join(", ", _unsure)}");
    }

    /// <summary>Strikes the owner of an account under scripted deliveries to it, from all nodes, and compares everything at the end.</summary>
    private async Task PlayAsync(Func<int, Task> strike)
    {
        await fleet.RepairAsync();
        var account = (await fleet.AddAccountsAsync(1))[0];
        await fleet[0].Process.CtlWithInputAsync(Script, "sieve", "put", "-u", account, "--activate", "main");
        var victim = await fleet.OwnerOfAsync(account);
        using var stopping = new CancellationTokenSource();
        var clients = Enumerable.Range(0, ClusterFleet.Nodes).Select(node => DeliverAsync(fleet[node], account, stopping.Token)).ToList();
        try
        {
            await ProgressAsync();
            await strike(victim);
            await ProgressAsync();
        }
        finally
        {
            fleet.Outgoing.Answer = static _ => null;
            await stopping.CancelAsync();
            await Task.WhenAll(clients).ForAsync("the clients' last answers");
        }

        await Wait.UntilAsync(async () => (await fleet.CtlRowsAsync(fleet.Up[0], "outbox", "list", "-u", account)).Count == 0, () => "everything is sent");
        await VerifyAsync(account);
    }

    private async Task VerifyAsync(string account)
    {
        await using var client = await fleet[fleet.Up[0]].Process.ConnectImapAsync(account);
        await client.RequireAsync("SELECT INBOX");
        Assert.Empty(await client.FetchAllAsync());
        await client.RequireAsync("SELECT Lists");
        var copies = (await client.FetchAllAsync()).Select(static message => TestMessages.NumberOf(message.Body)).Order().ToList();
        Assert.Equal(copies.Distinct(), copies);
        Assert.Superset(_stored.ToHashSet(), copies.ToHashSet());
        Assert.Subset(_stored.Concat(_unsure).ToHashSet(), copies.ToHashSet());

        var redirected = fleet.Outgoing.Messages.Where(message => message.Text.Contains($"X-Sieve-Redirected-From: {account}\r\n", StringComparison.Ordinal));
        Assert.Equal(copies, redirected.Select(static message => TestMessages.NumberOf(Encoding.Latin1.GetBytes(message.Text))).Order());
        var replies = fleet.Outgoing.Messages.Where(message =>
            message.Mail.StartsWith("MAIL FROM:<>", StringComparison.Ordinal) && message.Text.Contains("\r\nIn-Reply-To: ", StringComparison.Ordinal)
            && message.Text.StartsWith($"From: {account}\r\n", StringComparison.Ordinal));
        Assert.StartsWith("RCPT TO:<sender@example.org>", Assert.Single(replies).Rcpt, StringComparison.Ordinal);
    }

    /// <summary>Waits for deliveries that are acknowledged from now on; a client that failed fails it.</summary>
    private async Task ProgressAsync()
    {
        while (_acknowledged.Reader.TryRead(out _))
        {
            // Of before.
        }

        for (var i = 0; i < Enough; i++)
            await _acknowledged.Reader.ReadAsync().AsTask().ForAsync("deliveries are acknowledged", fleet.LogEnds);
    }

    /// <summary>One message after the other, so that there is always one under way.</summary>
    private async Task DeliverAsync(FleetNode node, string account, CancellationToken stopping)
    {
        var number = 0;
        try
        {
            await using var lmtp = await LmtpClient.ConnectAsync(node.Process.LmtpPort);
            while (!stopping.IsCancellationRequested)
            {
                number = Interlocked.Increment(ref _number);
                var reply = (await lmtp.DeliverAsync(TestMessages.Make(number), account))[0];
                if (!reply.StartsWith("250", StringComparison.Ordinal))
                {
                    Assert.StartsWith("451", reply, StringComparison.Ordinal);
                    _unsure.Add(number);
                    continue;
                }

                _stored.Add(number);
                await _acknowledged.Writer.WriteAsync(number, CancellationToken.None);
            }
        }
        catch (Exception error) when (node.IsDoomed && error is IOException or System.Net.Sockets.SocketException)
        {
            // Its node is the one that was struck.
            _unsure.Add(number);
        }
        catch (Exception error)
        {
            _acknowledged.Writer.TryComplete(new InvalidOperationException($"a client on {node.Name}: {error.Message}\n{node.Process.Log}", error));
        }
    }
}
